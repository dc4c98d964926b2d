import { join } from 'node:path';
import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { releaseLocks } from '../../../lib/node/release-locks.ts';

const service = { name: 'nfs-a', addresses: ['10.0.0.1', 'fd00::1'], exports: ['/srv/a', '/srv/b'] };

/** Writes down what would be done. */
function written() {
  const did: string[] = [];
  const means = {
    release: async (address: string) => void did.push(`release ${address}`),
    drop: async (directory: string) => void did.push(`drop ${directory}`),
    nested: async () => ['/srv/a/below'],
  };
  return { did, means };
}

t.test(
  'NFS-Ganesha is told each address, the kernel each exported directory and what is mounted there',
  async (t) => {
    const { did, means } = written();
    await releaseLocks('ganesha', service, means);
    t.same(did, ['release 10.0.0.1', 'release fd00::1']);
    did.length = 0;
    await releaseLocks('kernel', service, means);
    t.same(did.sort(), ['drop /srv/a', 'drop /srv/a/below', 'drop /srv/b']);
  },
);

t.test('what fails keeps no others, and is named', async (t) => {
  const { did, means } = written();
  const failing = async (name: string) => {
    did.push(name);
    if (name !== '/srv/c') throw new Fault('failed', 'no nfsd');
  };
  const exports = ['/srv/a', '/srv/c', '/srv/b'];
  await t.rejects(releaseLocks('kernel', { ...service, exports }, { ...means, drop: failing }), {
    code: 'failed',
    message: 'locks could not be dropped for /srv/a, /srv/b, /srv/a/below',
    cause: { message: 'no nfsd' },
  });
  t.same(did, [...exports, '/srv/a/below']);
  const unknown = () => Promise.reject(new Error('no mount table'));
  await t.rejects(releaseLocks('kernel', service, { ...means, nested: unknown }), {
    message: 'locks could not be dropped for what is mounted in them',
  });
  t.same(did.slice(-2), ['drop /srv/a', 'drop /srv/b']);
});

t.test('on this node, a directory that is not there holds no locks to drop', async (t) => {
  await releaseLocks('kernel', { name: 'nfs-a', addresses: [], exports: [] });
  const exports = [join(t.testdir({}), 'gone')];
  await t.rejects(releaseLocks('kernel', { name: 'nfs-a', addresses: [], exports }), { code: 'failed' });
});
