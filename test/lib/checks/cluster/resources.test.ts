import t from 'tap';
import {
  addressResources,
  exportResources,
  isBelow,
  mountResource,
  nfslocks,
} from '../../../../lib/checks/cluster/resources.ts';
import { ADDRESS, DISK, EXPORT, exampleCib, NFSLOCK, primitive } from '../example-node.ts';

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

t.test('what belongs to a service is found', (t) => {
  const other = primitive('other', 'ocf:heartbeat:exportfs', { directory: '/srv/other' });
  const cib = exampleCib(`<group id="g">${DISK}${NFSLOCK}${EXPORT}${ADDRESS}</group>${other}`);
  t.same(ids(nfslocks(cib)), ['nfs-a']);
  t.same(ids(addressResources(cib, ['192.0.2.1'])), ['address']);
  t.same(ids(addressResources(cib, ['192.0.2.2'])), []);
  t.same(ids(exportResources(cib, 'nfs-a', [])), ['export'], 'those of its group');
  t.same(ids(exportResources(cib, 'nfs-a', ['/srv/other'])), ['other'], 'those that it names');
  t.equal(mountResource(cib, '/srv/nfs/locks')?.id, 'disk');
  t.equal(mountResource(cib, '/srv/nfs2'), null);
  t.end();
});

t.test('the innermost file system counts', (t) => {
  const inner = primitive('inner', 'ocf:heartbeat:Filesystem', { directory: '/srv/nfs/locks' });
  const nowhere = primitive('nowhere', 'ocf:heartbeat:Filesystem');
  t.equal(mountResource(exampleCib(DISK + inner + nowhere), '/srv/nfs/locks/a')?.id, 'inner');
  t.end();
});

t.test('resources that say nothing of themselves are nobody\u2019s', (t) => {
  const bare = ['IPaddr2', 'exportfs'].map((type) => primitive(type, `ocf:heartbeat:${type}`)).join('');
  const cib = exampleCib(bare);
  t.same(addressResources(cib, ['192.0.2.1']), []);
  t.same(exportResources(cib, 'nfs-a', ['/srv']), []);
  t.end();
});

t.test('below is by whole names', (t) => {
  t.ok(isBelow('/a/b', '/a/'));
  t.ok(isBelow('/a', '/a'));
  t.notOk(isBelow('/ab', '/a'));
  t.ok(isBelow('/a', '/'));
  t.notOk(isBelow('/a', ''));
  t.end();
});
