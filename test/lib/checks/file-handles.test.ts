import t from 'tap';
import { fileHandles } from '../../../lib/checks/file-handles.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { EXPORT, examined, exampleCib, exampleNode, NFSLOCK, primitive } from './example-node.ts';

t.test('NFS-Ganesha is told what tells a file system', async (t) => {
  const root = new FakeRoot(t.testdir());
  const found = (text: string) => {
    root.put({ 'etc/ganesha/ganesha.conf': text });
    return fileHandles.look(exampleNode({ root: root.path }), examined({ lockManager: 'ganesha' }));
  };
  const none = exampleNode({ root: t.testdir() });
  t.match(await fileHandles.look(none, examined({ lockManager: 'ganesha' })), { verdict: 'unknown' });
  t.match(await found('fsid_device = true;'), { verdict: 'ok' });
  t.match(await found('fsid_device = No;'), {
    verdict: 'warning',
    evidence: 'fsid_device=no in ganesha.conf',
  });
  t.match(await found('EXPORT { Export_Id = 1; }'), {
    verdict: 'warning',
    evidence: 'fsid_device=false in ganesha.conf',
  });
  t.match(await found('EXPORT { Export_Id = 1; Filesystem_Id = 1.1; }'), { verdict: 'ok' });
});

t.test('the kernel\u2019s exports have an fsid, each its own', async (t) => {
  const root = new FakeRoot(t.testdir()).put({ 'proc/stat': 'btime 1\n' });
  const found = (resources: string | null, files: Record<string, string> = {}) => {
    root.put({ ...files });
    const cluster = async () =>
      resources === null
        ? Promise.reject(new Error('no'))
        : exampleCib(`<group id="g">${NFSLOCK}${resources}</group>`);
    const directories = Object.keys(files).length === 0 ? [] : ['/srv/a', '/srv/b'];
    return fileHandles.look(exampleNode({ root: root.path, cluster }), examined({ exports: directories }));
  };
  const of = (id: string, parameters: Record<string, string>) =>
    primitive(id, 'ocf:heartbeat:exportfs', parameters);
  t.match(await found(null), { verdict: 'ok', evidence: 'no export of it is known here' });
  t.match(await found(EXPORT), { verdict: 'ok', evidence: 'export has 1' });
  t.match(await found(of('a', { options: 'rw,fsid=7' })), { verdict: 'ok', evidence: 'a has 7' });
  t.match(await found(of('a', { options: 'rw' })), { verdict: 'warning', evidence: 'no fsid: a' });
  t.match(await found(of('a', { fsid: '1' }) + of('b', { fsid: '1' })), {
    verdict: 'bad',
    evidence: 'a: another has its fsid',
  });
  t.match(
    await found(null, {
      'etc/exports': '/srv/a *(rw,fsid=1)\n# /srv/b *(rw)\n"/srv/b" \\\n *(rw,fsid=2)\n/other *(rw)\n',
    }),
    {
      ...{ verdict: 'ok', evidence: '/srv/a has 1, /srv/b has 2' },
    },
  );
  t.match(
    await found(null, { 'etc/exports.d/x.exports': '/srv/b *(rw)\n', 'etc/exports.d/y': '/srv/a *(rw)\n' }),
    { verdict: 'warning', evidence: 'no fsid: /srv/b' },
  );
});
