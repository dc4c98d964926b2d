import type { Test } from 'tap';
import { type NfsService, waitUntil } from '../../scripts/lab/index.ts';
import { expectNobodyTold, expectSurvival, moveTo, takeLock } from './nfslock-scene.ts';

/** A node that was in standby takes part again; the service stays where it is. */
async function online({ cluster }: NfsService): Promise<void> {
  await cluster.crm(['node', 'online', 'n1']);
  await cluster.settle();
}

/** lockferry report on n2 says where the service came from, and how client 1 came back. */
async function expectReport(t: Test, { n2 }: NfsService): Promise<void> {
  const argv = [process.execPath, '/lab/dist/lockferry.cjs', 'report', '--json'];
  const recovery = await waitUntil('the recovery has ended', { timeout: 30 }, async () => {
    const { services } = JSON.parse(await n2.output(argv));
    return services[0].recovery?.state === 'ended' && services[0].recovery;
  });
  const { clients, timeline, ...facts } = recovery;
  t.match(facts, { from: 'n1', owner: { node: 'n2' }, eventLog: 'whole' });
  const c1 = clients.find(({ client }: { client: string }) => client === 'c1');
  t.match(c1, { phase: 'back' });
  t.equal(c1.steps.at(-1)?.what, 'back');
  const happened = timeline.map(({ event }: { event: string }) => event);
  for (const event of ['adopted', 'conveyed', 'telling', 'recovery-ended'])
    t.ok(happened.includes(event), event);
}

/**
 * Every way from one node to the other and back, in one lab; client 1 keeps all the locks that it takes.
 * @param rounds how often the service fails over and back by standby
 */
export async function failoversAndFailbacks(t: Test, service: NfsService, rounds: number): Promise<void> {
  const { cluster, lab, n1, n2 } = service;

  for (let round = 1; round <= rounds; round++) {
    await t.test(`standby and back, round ${round}`, async (t) => {
      const file = `standby-${round}`;
      await takeLock(t, service, file);
      await expectSurvival(t, service, file, n2, () => cluster.crm(['node', 'standby', 'n1']));
      await expectNobodyTold(t, service, file, () => online(service));
      await expectSurvival(t, service, file, n1, () => moveTo(service, n1));
    });
  }

  await t.test('crm resource move', async (t) => {
    await takeLock(t, service, 'move');
    await expectSurvival(t, service, 'move', n2, () => moveTo(service, n2));
    await expectSurvival(t, service, 'move', n1, () => moveTo(service, n1));
  });

  await t.test('the node is killed, and comes back after it was fenced', async (t) => {
    await takeLock(t, service, 'kill');
    await expectSurvival(t, service, 'kill', n2, () => n1.powerOff());
    t.match(lab.powerEvents, [{ host: 'n1', action: 'off' }], 'it was fenced');
    await expectReport(t, service);
    await expectNobodyTold(t, service, 'kill', async () => {
      await n1.powerOn();
      await cluster.waitForNodes([n1, n2]);
      await cluster.settle();
    });
    await expectSurvival(t, service, 'kill', n1, () => moveTo(service, n1));
  });
}
