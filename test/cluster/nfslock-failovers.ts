import type { Test } from 'tap';
import type { NfsService } from '../../scripts/lab/index.ts';
import { expectNobodyTold, expectSurvival, moveTo, takeLock } from './nfslock-scene.ts';

/** A node that was in standby takes part again; the service stays where it is. */
async function online({ cluster }: NfsService): Promise<void> {
  await cluster.crm(['node', 'online', 'n1']);
  await cluster.settle();
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
    await expectNobodyTold(t, service, 'kill', async () => {
      await n1.powerOn();
      await cluster.waitForNodes([n1, n2]);
      await cluster.settle();
    });
    await expectSurvival(t, service, 'kill', n1, () => moveTo(service, n1));
  });
}
