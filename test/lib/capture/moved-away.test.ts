import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { movedAway } from '../../../lib/capture/index.ts';
import { dateBack, lineOf, smDirectory } from './sm-directory.ts';

t.test('whom some sm-notify still has to tell', async (t) => {
  const directory = smDirectory(t.testdir({}), { here: lineOf('here') });
  t.same(movedAway(directory), []);
  const put = (name: string, text: string) => writeFileSync(join(directory.smBak, name), text);
  put('client', lineOf('10.0.0.1') + lineOf('10.0.0.1', 'n2'));
  dateBack(join(directory.smBak, 'client'));
  t.match(movedAway(directory), [
    { name: 'client', modified: 1_700_000_000_000, records: [{ myName: 'n1' }, { myName: 'n2' }] },
  ]);
});

t.test('what holds no record is left out', async (t) => {
  const directory = smDirectory(t.testdir({}));
  writeFileSync(join(directory.smBak, 'empty'), '');
  writeFileSync(join(directory.smBak, 'rubbish'), 'rubbish\n');
  mkdirSync(join(directory.smBak, 'directory'));
  symlinkSync('/etc/passwd', join(directory.smBak, 'link'));
  t.same(movedAway(directory), []);
  rmSync(directory.smBak, { recursive: true });
  t.same(movedAway(directory), [], 'no sm.bak/');
});
