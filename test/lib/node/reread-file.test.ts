import { rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { rereadFile } from '../../../lib/node/reread-file.ts';

t.test('a file is read again when it has changed, and only then', async (t) => {
  const path = `${t.testdir({ hosts: 'one' })}/hosts`;
  const parsed: string[] = [];
  const content = rereadFile(path, (text) => {
    parsed.push(text);
    return text;
  });
  const becomes = async (wanted: string): Promise<void> => {
    const deadline = Date.now() + 5000;
    while (content() !== wanted && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
    t.equal(content(), wanted);
  };
  t.equal(content(), 'one');
  writeFileSync(path, 'two and more');
  t.equal(content(), 'one', 'not looked at again so soon');
  await becomes('two and more');
  const reads = parsed.length;
  await new Promise((done) => setTimeout(done, 1100));
  t.equal(content(), 'two and more');
  t.equal(parsed.length, reads, 'unchanged: not parsed');
  rmSync(path);
  await becomes('');
});
