import t from 'tap';
import { parseCib } from '../../../lib/checks/cluster/cib.ts';
import { fencing } from '../../../lib/checks/fencing.ts';
import { exampleNode, primitive } from './example-node.ts';

function found(properties: Readonly<Record<string, string>>, resources = '') {
  const pairs = Object.entries(properties).map(
    ([name, value]) => `<nvpair name="${name}" value="${value}"/>`,
  );
  const set = `<cluster_property_set id="p">${pairs.join('')}</cluster_property_set>`;
  const cib = parseCib(`<cib><crm_config>${set}</crm_config><resources>${resources}</resources></cib>`);
  return fencing.look(cib, exampleNode());
}

t.test('a cluster fences, by a device or a watchdog', async (t) => {
  const device = primitive('ipmi', 'stonith:fence_ipmilan');
  const stopped = '<meta_attributes id="m"><nvpair name="target-role" value="Stopped"/></meta_attributes>';
  t.same(await found({}, device), { verdict: 'ok', evidence: 'ipmi' });
  t.match(await found({ 'stonith-enabled': 'false' }, device), {
    verdict: 'bad',
    evidence: 'stonith-enabled=false',
  });
  t.match(await found({ 'fencing-enabled': 'Off' }, device), {
    verdict: 'bad',
    evidence: 'fencing-enabled=Off',
  });
  t.match(await found({}), { verdict: 'bad', evidence: /there is no fence device/ });
  t.match(await found({}, primitive('ipmi', 'stonith:fence_ipmilan', {}, stopped)), { verdict: 'bad' });
  t.match(await found({ 'stonith-watchdog-timeout': '10' }), {
    verdict: 'ok',
    evidence: 'stonith-watchdog-timeout=10',
  });
  t.match(await found({ 'stonith-watchdog-timeout': '0s' }), { verdict: 'bad' });
});
