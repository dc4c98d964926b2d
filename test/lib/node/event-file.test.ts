import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readEventFile } from '../../../lib/node/event-file.ts';
import { openEventLog } from '../../../lib/node/event-log.ts';

t.test('what was written is read, the file before first', async (t) => {
  const file = join(t.testdir({}), 'events.jsonl');
  t.same(await readEventFile(file), [], 'nothing happened yet');
  const log = openEventLog(file, 'test', '/bin/true');
  log('adopted', { epoch: 3, from: null });
  log('back', { client: 'c1' });
  const [adopted = '', back = ''] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(`${file}.old`, `${adopted}\nno JSON\n{"at":"soon","event":"x"}\n[]\n`);
  const events = await readEventFile(file);
  t.match(events, [
    { event: 'adopted', facts: { epoch: 3, from: null }, at: Number },
    { event: 'back', facts: { client: 'c1' } },
  ]);
  t.equal(events.length, 2, 'what is in both is told once, what is no event is passed over');
  writeFileSync(file, `${back.slice(0, 20)}`);
  t.match(await readEventFile(file), [{ event: 'adopted' }]);
});

t.test('a file that cannot be read is said', async (t) => {
  await t.rejects(readEventFile(t.testdir({})), { code: 'EISDIR' });
});
