import t from 'tap';
import { comesBefore } from '../../../../lib/checks/cluster/comes-before.ts';
import { ADDRESS, DISK, exampleCib, NFSLOCK, primitive } from '../example-node.ts';

t.test('by one step, by many, through groups and clones', (t) => {
  const group = `<group id="g">${DISK}${NFSLOCK}</group>`;
  const clone = `<clone id="storage">${primitive('mount', 'ocf:heartbeat:Filesystem')}</clone>`;
  const order = (first: string, then: string) => `<rsc_order id="${first}" first="${first}" then="${then}"/>`;
  const cib = exampleCib(`${clone}${group}${ADDRESS}`, order('storage', 'g') + order('g', 'address'));
  t.ok(comesBefore(cib, 'disk', 'nfs-a'));
  t.ok(comesBefore(cib, 'nfs-a', 'address'), 'a group has started when its members have');
  t.ok(comesBefore(cib, 'mount', 'nfs-a'));
  t.ok(comesBefore(cib, 'mount', 'address'));
  t.notOk(comesBefore(cib, 'address', 'nfs-a'));
  t.notOk(comesBefore(cib, 'nfs-a', 'disk'));
  t.end();
});

t.test('a circle has an end', (t) => {
  const cib = exampleCib('', '<rsc_order first="a" then="b"/><rsc_order first="b" then="a"/>');
  t.notOk(comesBefore(cib, 'a', 'c'));
  t.ok(comesBefore(cib, 'a', 'a'));
  t.end();
});
