import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Picture } from '../../../lib/capture/picture.ts';
import { settle } from '../../../lib/capture/settle.ts';
import { lineOf, lockdsLineOf, smDirectory, until } from './sm-directory.ts';

t.test('it waits for what is being written', async (t) => {
  const directory = smDirectory(t.testdir({}), { a: lineOf('a'), b: '' });
  const picture = new Picture({ directory });
  const settling = settle(picture, 10_000);
  await until(() => picture.restless);
  appendFileSync(join(directory.sm, 'b'), lineOf('b'));
  const look = await settling;
  t.same(look.captured.map(({ name }) => name).sort(), ['a', 'b']);
  t.same(look.monitored.map(({ monName }) => monName).sort(), ['a', 'b']);
  t.notOk(look.writing);
});

t.test('but not for ever', async (t) => {
  const picture = new Picture({ directory: smDirectory(t.testdir({}), { a: lineOf('a'), b: '' }) });
  const look = await settle(picture, 20);
  t.same(
    look.captured.map(({ name }) => name),
    ['a'],
  );
  t.ok(look.writing);
});

t.test('who came by a first writing of a file came, whatever was written into it then', async (t) => {
  const lines = { y: lockdsLineOf('y', '1'), x: lockdsLineOf('x', '2'), z: lockdsLineOf('z', '3') };
  const directory = smDirectory(t.testdir({}), { shared: lines.y, half: '' });
  const picture = new Picture({ directory, patience: 20_000 });
  await picture.look();
  const write = (text: string) => writeFileSync(join(directory.sm, 'shared'), text);
  write(lines.y + lines.x);
  const settled = settle(picture, 10_000);
  await until(() => picture.stands('shared'));
  write(lines.y + lines.x + lines.z);
  await until(() => picture.stands('shared'));
  writeFileSync(join(directory.sm, 'half'), lineOf('half'));
  const { captured, anew } = await settled;
  t.same(captured.map(({ name }) => name).sort(), ['half', 'shared']);
  const come = anew.flatMap(({ records }) => records.map(({ monName }) => monName));
  t.same(come.sort(), ['half', 'x', 'z'], 'and y was there before');
});
