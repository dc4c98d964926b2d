import t from 'tap';
import { readNfsd } from '../../../lib/node/nfsd.ts';
import { noV4Grace } from '../../../lib/recover/no-v4-grace.ts';
import { FakeRoot } from '../node/fake-root.ts';

t.test('an nfsd that starts begins its NFSv4 grace period, or says why not', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  const why = async (nfsdcld: boolean) => {
    const nfsd = await readNfsd(root.path);
    return nfsd && noV4Grace(nfsd, nfsdcld, root.path);
  };
  t.equal(await why(false), null);
  t.equal(await why(true), null, 'nfsdcld steps aside where no NFSv4 is served');
  root.put({ 'proc/fs/nfsd/versions': '-2 +3 +4 -4.0 +4.1 +4.2\n' });
  t.equal(await why(false), null);
  t.match(await why(true), /^nfsdcld lets nfsd skip/);
  root.put({ 'proc/fs/nfsd/versions': '-2 +3 -4 -4.0 -4.1 -4.2\n', 'proc/fs/nfsd/threads': '0\n' });
  t.match(await why(true), /^nfsdcld lets nfsd skip/, 'what the next nfsd will serve is not known');
  root.remove('proc/fs/nfsd/v4_end_grace');
  t.match(await why(false), /has no NFSv4$/);
});
