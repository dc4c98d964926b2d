import t from 'tap';
import { parseCib } from '../../../../lib/checks/cluster/cib.ts';
import { ADDRESS, DISK, exampleCib, NFSLOCK, primitive } from '../example-node.ts';

t.test('resources with what is said of them, templates included', (t) => {
  const template =
    '<template id="base" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="i">' +
    '<nvpair name="ip" value="192.0.2.7"/><nvpair name="nic" value="eth0"/></instance_attributes>' +
    '<operations><op name="monitor" interval="10s"/></operations></template>';
  const own = '<meta_attributes id="m"><nvpair name="target-role" value="Stopped"/></meta_attributes>';
  const derived = `<primitive id="vip" template="base"><instance_attributes id="j"><nvpair name="ip" value="192.0.2.8"/></instance_attributes>${own}</primitive>`;
  const cib = exampleCib(`${template}${derived}${primitive('fence', 'stonith:fence_x')}`);
  t.match(cib.primitives, [
    {
      ...{ id: 'vip', agent: 'ocf:heartbeat:IPaddr2', meta: { 'target-role': 'Stopped' } },
      parameters: { ip: '192.0.2.8', nic: 'eth0' },
      operations: [{ name: 'monitor', interval: '10s' }],
    },
    { id: 'fence', agent: 'stonith:fence_x', parameters: {}, operations: [] },
  ]);
  t.same(cib.properties, { 'stonith-enabled': 'true' });
  t.end();
});

t.test('groups are ordered unless they say they are not', (t) => {
  const unordered = '<meta_attributes id="u"><nvpair name="ordered" value="false"/></meta_attributes>';
  const group = (more: string) =>
    `<clone id="c"><group id="g">${DISK}${NFSLOCK}${ADDRESS}${more}</group></clone>`;
  const cib = exampleCib(group(''));
  t.same(cib.orders, [
    { first: 'disk', next: 'nfs-a' },
    { first: 'nfs-a', next: 'address' },
  ]);
  const members = ['disk', 'nfs-a', 'address'];
  t.same(
    [...cib.containers],
    [
      ['g', members],
      ['c', members],
    ],
  );
  t.same(exampleCib(group(unordered)).orders, []);
  t.end();
});

t.test('only what always orders starts counts', (t) => {
  const orders = (xml: string) => exampleCib('', xml).orders;
  t.same(orders('<rsc_order id="o" first="a" then="b"/>'), [{ first: 'a', next: 'b' }]);
  t.same(orders('<rsc_order id="o" first="a" then="b" kind="Optional"/>'), []);
  t.same(orders('<rsc_order id="o" first="a" then="b" first-action="stop"/>'), []);
  t.same(orders('<rsc_order id="o" first="a" then="b" first-action="promote"/>'), [
    { first: 'a', next: 'b' },
  ]);
  const set = (ids: string, more = '') =>
    `<resource_set ${more}>${[...ids].map((id) => `<resource_ref id="${id}"/>`).join('')}</resource_set>`;
  t.same(orders(`<rsc_order id="o">${set('ab')}${set('cd', 'sequential="false"')}</rsc_order>`), [
    { first: 'a', next: 'b' },
    { first: 'a', next: 'c' },
    { first: 'a', next: 'd' },
    { first: 'b', next: 'c' },
    { first: 'b', next: 'd' },
  ]);
  t.end();
});

t.test('the clocks of the nodes, and defaults', (t) => {
  const { clocks, operationDefaults } = parseCib(
    '<cib><configuration><op_defaults><meta_attributes id="d"><nvpair name="timeout" value="40s"/></meta_attributes>' +
      '</op_defaults></configuration><status><node_state uname="n2"><lrm_rsc_op last-rc-change="5"/>' +
      '<lrm_rsc_op last-rc-change="7"/><lrm_rsc_op/></node_state><node_state/></status></cib>',
  );
  t.same(
    [...clocks],
    [
      ['n2', 7000],
      ['', 0],
    ],
  );
  t.same(operationDefaults, { timeout: '40s' });
  t.throws(() => parseCib('Could not connect'), { code: 'malformed' });
  t.end();
});

t.test('what a stranger wrote needs no names', (t) => {
  const cib = exampleCib('<primitive/><group><primitive/></group>');
  t.match(cib.primitives, [
    { id: '', agent: '' },
    { id: '', agent: '' },
  ]);
  const nameless = exampleCib(
    '<primitive id="a"><meta_attributes><nvpair/></meta_attributes></primitive><group id="g"><meta_attributes><nvpair/></meta_attributes></group>',
  );
  t.same(nameless.primitives[0]?.meta, { '': '' });
  t.end();
});
