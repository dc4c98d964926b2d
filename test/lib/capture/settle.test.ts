import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Picture } from '../../../lib/capture/picture.ts';
import { settle } from '../../../lib/capture/settle.ts';
import { lineOf, smDirectory, until } from './sm-directory.ts';

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
