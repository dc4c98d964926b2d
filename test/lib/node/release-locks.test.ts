import { join } from 'node:path';
import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { releaseLocks } from '../../../lib/node/release-locks.ts';

const service = { addresses: ['10.0.0.1', 'fd00::1'], exports: ['/srv/a', '/srv/b'] };

/** Writes down what would be done. */
function written() {
  const did: string[] = [];
  const means = {
    release: async (address: string) => void did.push(`release ${address}`),
    drop: async (directory: string) => void did.push(`drop ${directory}`),
  };
  return { did, means };
}

t.test('NFS-Ganesha is told each address, the kernel each exported directory', async (t) => {
  const { did, means } = written();
  await releaseLocks('ganesha', service, means);
  t.same(did, ['release 10.0.0.1', 'release fd00::1']);
  did.length = 0;
  await releaseLocks('kernel', service, means);
  t.same(did, ['drop /srv/a', 'drop /srv/b']);
});

t.test('what fails keeps no others, and is named', async (t) => {
  const { did, means } = written();
  const failing = async (name: string) => {
    did.push(name);
    if (name !== '/srv/c') throw new Fault('failed', 'no nfsd');
  };
  const exports = ['/srv/a', '/srv/c', '/srv/b'];
  await t.rejects(releaseLocks('kernel', { ...service, exports }, { ...means, drop: failing }), {
    code: 'failed',
    message: 'locks could not be dropped for /srv/a, /srv/b',
    cause: { message: 'no nfsd' },
  });
  t.same(did, exports);
});

t.test('on this node, a directory that is not there holds no locks to drop', async (t) => {
  await releaseLocks('kernel', { addresses: [], exports: [] });
  const exports = [join(t.testdir({}), 'gone')];
  await t.rejects(releaseLocks('kernel', { addresses: [], exports }), { code: 'failed' });
});
