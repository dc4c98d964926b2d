import t from 'tap';
import { resourceOrder } from '../../../lib/checks/resource-order.ts';
import { ADDRESS, DISK, EXPORT, examined, exampleCib, exampleNode, NFSLOCK } from './example-node.ts';

const found = (resources: string, constraints = '') =>
  resourceOrder.look(exampleCib(resources, constraints), examined(), exampleNode());
const group = (...members: string[]) => `<group id="g">${members.join('')}</group>`;

t.test('after the file system, before exports and address', async (t) => {
  t.same(await found(group(DISK, NFSLOCK, EXPORT, ADDRESS)), {
    verdict: 'ok',
    evidence: 'disk, nfs-a, address, export',
  });
  t.same(
    await found(group(NFSLOCK, ADDRESS)),
    { verdict: 'ok', evidence: 'nfs-a, address' },
    'storage of nobody',
  );
  t.match(await found(group(DISK, ADDRESS, NFSLOCK)), {
    verdict: 'bad',
    evidence: 'it may start after address',
  });
  t.match(await found(group(DISK, EXPORT, NFSLOCK, ADDRESS)), {
    verdict: 'bad',
    evidence: 'it may start after export',
  });
  t.match(await found(group(NFSLOCK, DISK, ADDRESS)), {
    verdict: 'bad',
    evidence: 'it may start before disk',
  });
  t.match(await found(DISK + NFSLOCK + ADDRESS), {
    verdict: 'bad',
    evidence: 'it may start before disk, after address',
  });
  t.match(await found(group(DISK, NFSLOCK)), {
    verdict: 'warning',
    evidence: 'no resource brings 192.0.2.1 up',
  });
});
