import t, { type Test } from 'tap';
import { FLOATING, type Host, type NfsService, waitUntil } from '../../scripts/lab/index.ts';
import { keeperEvents, keeperSays, serviceFor } from './nfslock-scene.ts';
import {
  change,
  expectAllBack,
  inCapitals,
  OWN,
  type Served,
  SM_FILE,
  serveBeside,
  takeLocks,
} from './services-scene.ts';

interface FailOver {
  readonly format: 'record' | 'copy';
  readonly from: Host;
  readonly to: Host;
  /** The control in the same failure: nobody puts its records where sm-notify would find them. */
  readonly unprotected: Served;
}

async function failOver(
  t: Test,
  service: NfsService,
  { format, from, to, unprotected }: FailOver,
): Promise<void> {
  const { c1, c2 } = service;
  const kept = [{ client: c1, at: OWN, file: format }];
  const lost = [{ client: c1, at: unprotected, file: `unprotected-${format}` }];
  await to.service('stop', 'statd');
  await takeLocks(t, service, [...kept, ...lost]);
  const { written, capitals } = await inCapitals(service, from, [{ at: OWN, format }]);
  const line = format === 'copy' ? capitals : written;
  await expectAllBack(t, service, { kept, lost }, to, async () => {
    await from.powerOff();
    await waitUntil('the records are in sm/', { timeout: 30, interval: 0.01 }, async () =>
      (await to.readFile(SM_FILE).catch(() => '')).includes(line),
    );
  });
  await keeperSays(to, 'recovery-ended');
  const said = (await keeperEvents(to)).map(({ event }) => event);
  t.notOk(said.includes('telling'), 'our keeper told nobody');
  t.match(await to.readFile('/var/log/sm-notify.log'), /sm-notify: /, 'sm-notify ran');
  await c2.unlock({ server: unprotected.server, file: `unprotected-${format}` });
}

t.test('none: another resource starts rpc.statd and sm-notify, which find the records', async (t) => {
  const service = await serviceFor(t, { parameters: { trigger: 'none' } });
  const { cluster, n1, n2 } = service;
  await n2.service('stop', 'statd');
  await cluster.crm(['configure', 'primitive', 'nsm', 'ocf:lab:nsm', 'params', `ip=${FLOATING}`]);
  await cluster.crm(['configure', 'modgroup', 'nfs', 'add', 'nsm', 'before', 'ganesha']);
  await cluster.settle();
  await cluster.waitForResource('address', n1, 60);
  const unprotected = await serveBeside(service, 'd', n1, null);
  await cluster.crm(['configure', 'colocation', 'with-ganesha', 'inf:', unprotected.server, 'nfs']);

  await t.test('made of records', (t) =>
    failOver(t, service, { format: 'record', from: n1, to: n2, unprotected }),
  );
  await t.test("statd's own, byte for byte", async (t) => {
    await n1.powerOn();
    await cluster.waitForNodes([n1, n2]);
    await change(service, OWN, { record_format: 'copy' });
    await failOver(t, service, { format: 'copy', from: n2, to: n1, unprotected });
  });
});
