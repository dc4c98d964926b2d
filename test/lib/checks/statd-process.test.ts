import t from 'tap';
import { optionOf, statdWords } from '../../../lib/checks/statd-process.ts';
import { FakeRoot } from '../node/fake-root.ts';

t.test('the words with which rpc.statd was started', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/1/x': '' });
  t.equal(await statdWords(root.path), null);
  t.equal(await statdWords('/nonexistent'), null);
  root.process(70, 'rpc.statd').put({ 'proc/70/cmdline': 'rpc.statd\0-F\0-p\x0032765\0' });
  t.same(await statdWords(root.path), ['-F', '-p', '32765', '']);
  t.same(await statdWords(new FakeRoot(t.testdir()).process(71, 'rpc.statd').path), [], 'not to be read');
});

t.test('options in every way in which they can be written', (t) => {
  const port = (...words: string[]) => optionOf(words, 'p', 'port');
  t.equal(port('-F', '-p', '1'), '1');
  t.equal(port('-p1'), '1');
  t.equal(port('--port', '1'), '1');
  t.equal(port('--port=1'), '1');
  t.equal(port('-p'), '');
  t.equal(port('-F', '--ports=1', '-P', 'p'), null);
  t.end();
});
