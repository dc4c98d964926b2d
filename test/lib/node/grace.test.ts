import t from 'tap';
import { isGraceOn } from '../../../lib/node/grace.ts';
import { kernelGraceNow } from '../../../lib/node/kernel-grace.ts';
import { FakeRoot } from './fake-root.ts';

t.test('each lock manager is asked in its own way', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  const means = { ganesha: async () => true, kernel: () => kernelGraceNow(root.path) };
  t.equal(await isGraceOn('ganesha', means), true);
  t.equal(await isGraceOn('kernel', means), false);
  root.put({ 'proc/fs/nfsd/threads': '0\n' });
  t.equal(await isGraceOn('kernel', means), null, 'nfsd may be about to begin it');
  root.put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0' });
  t.equal(await isGraceOn('kernel', { ...means, ganesha: async () => false }), true);
});

t.test('this node is asked where no other is named', async (t) => {
  t.ok([true, false, null].includes(await isGraceOn('kernel')));
});
