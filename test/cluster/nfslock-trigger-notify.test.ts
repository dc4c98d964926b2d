import t from 'tap';
import { FLOATING } from '../../scripts/lab/index.ts';
import { expectSurvival, keeperEvents, keeperSays, serviceFor, takeLock } from './nfslock-scene.ts';

// The same without Lockferry, where the lock is lost, is in nfslock-control.test.ts.
t.test('sm-notify: the node dies, and nfs-utils tells the clients', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm', parameters: { trigger: 'sm-notify' } });
  const { n1, n2, c1 } = service;
  await takeLock(t, service, 'kill');
  const live = await n2.output(['ls', '-A', '/var/lib/nfs/sm', '/var/lib/nfs/sm.bak']);
  await expectSurvival(t, service, 'kill', n2, () => n1.powerOff());
  const said = (await keeperEvents(n2)).map(({ event }) => event);
  t.notOk(said.includes('sm-notify-failed'), 'sm-notify could do all that it should');
  t.equal(live, '/var/lib/nfs/sm:\n\n/var/lib/nfs/sm.bak:\n', 'nothing was on n2 before');
  t.equal(await n2.output(['ls', '-A', '/var/lib/nfs/sm.bak']), '', 'nothing live was moved');
  t.equal((await n2.run(['pgrep', '-x', 'sm-notify'])).code, 1, 'and sm-notify has ended');
  t.match(await c1.host.readFile('/var/log/statd.log'), /Received SM_NOTIFY from nfs-vip/);
});

t.test('none: another resource starts rpc.statd and sm-notify, which find the records', async (t) => {
  const service = await serviceFor(t, { parameters: { trigger: 'none' } });
  const { cluster, n1, n2 } = service;
  await n2.service('stop', 'statd');
  await cluster.crm(['configure', 'primitive', 'nsm', 'ocf:lab:nsm', 'params', `ip=${FLOATING}`]);
  await cluster.crm(['configure', 'modgroup', 'nfs', 'add', 'nsm', 'before', 'ganesha']);
  await cluster.settle();
  await cluster.waitForResource('address', n1, 60);
  await takeLock(t, service, 'kill');
  await expectSurvival(t, service, 'kill', n2, () => n1.powerOff());
  await keeperSays(n2, 'recovery-ended');
  const said = (await keeperEvents(n2)).map(({ event }) => event);
  t.notOk(said.includes('telling'), 'our keeper told nobody');
  t.match(await n2.readFile('/var/log/sm-notify.log'), /sm-notify: /, 'sm-notify ran');
});
