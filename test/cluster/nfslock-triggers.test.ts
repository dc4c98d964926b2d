import t, { type Test } from 'tap';
import type { Host, NfsService } from '../../scripts/lab/index.ts';
import { keeperEvents, serviceFor } from './nfslock-scene.ts';
import {
  change,
  expectAllBack,
  inCapitals,
  OWN,
  type Served,
  serveBeside,
  takeLocks,
} from './services-scene.ts';

const SM = '/var/lib/nfs/sm';

/** A service, and the record format that it has just now. */
interface Case {
  readonly at: Served;
  readonly trigger: string;
  readonly format: 'record' | 'copy';
}

/** The node on which all services run dies; `unprotected` is the control in the same failure. */
async function failOver(
  t: Test,
  service: NfsService,
  { cases, unprotected, from, to }: { cases: Case[]; unprotected: Served; from: Host; to: Host },
): Promise<void> {
  const { c1 } = service;
  const kept = cases.map(({ at, trigger, format }) => ({ client: c1, at, file: `${trigger}-${format}` }));
  const lost = [{ client: c1, at: unprotected, file: `unprotected-${from.name}` }];
  await takeLocks(t, service, [...kept, ...lost]);
  const { written, capitals } = await inCapitals(service, from, cases);
  t.not(written, capitals);
  await expectAllBack(t, service, { kept, lost }, to, () => from.powerOff());
  for (const { at, trigger, format } of cases) {
    const conveyed = await to.readFile(`/run/lockferry/services/${at.locks?.nfslock}/statd/sm/c1`);
    const wanted = format === 'copy' ? capitals : written;
    t.equal(conveyed, wanted, `${trigger}: what was conveyed is statd's file, ${format}`);
  }
  for (const holding of [...kept, ...lost]) {
    await c1.unlock({ server: holding.at.server, file: holding.file });
  }
}

t.test('the node dies, and client 1 has locks of a service with each trigger', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm', grace: 12, parameters: { trigger: 'auto' } });
  const { cluster, n1, n2, c1, c2 } = service;
  const notify = await serveBeside(service, 'b', n1, { trigger: 'notify', record_format: 'copy' });
  const smNotify = await serveBeside(service, 'c', n1, { trigger: 'sm-notify' });
  const unprotected = await serveBeside(service, 'd', n1, null);

  await t.test('records of auto and sm-notify, copies of notify', async (t) => {
    const live = await n2.output(['ls', '-A', SM, `${SM}.bak`]);
    t.equal(live, `${SM}:\n\n${SM}.bak:\n`, 'nothing is on n2 before');
    const cases: Case[] = [
      { at: OWN, trigger: 'auto', format: 'record' },
      { at: notify, trigger: 'notify', format: 'copy' },
      { at: smNotify, trigger: 'sm-notify', format: 'record' },
    ];
    await failOver(t, service, { cases, unprotected, from: n1, to: n2 });
    const said = (await keeperEvents(n2, smNotify.locks?.nfslock)).map(({ event }) => event);
    t.notOk(said.includes('sm-notify-failed'), 'sm-notify could do all that it should');
    t.equal(await n2.output(['ls', '-A', `${SM}.bak`]), '', 'it moved nothing live');
    t.equal((await n2.run(['pgrep', '-x', 'sm-notify'])).code, 1, 'and has ended');
    t.match(await c1.host.readFile('/var/log/statd.log'), /Received SM_NOTIFY from nfs-c/);
  });

  await t.test('and back, with the other format each, set on the running resource', async (t) => {
    await n1.powerOn();
    await cluster.waitForNodes([n1, n2]);
    const cases: Case[] = [
      { at: OWN, trigger: 'auto', format: 'copy' },
      { at: notify, trigger: 'notify', format: 'record' },
      { at: smNotify, trigger: 'sm-notify', format: 'copy' },
    ];
    for (const { at, format } of cases) await change(service, at, { record_format: format });
    await c2.unlock({ server: unprotected.server, file: 'unprotected-n1' });
    await failOver(t, service, { cases, unprotected, from: n2, to: n1 });
  });
});
