import t, { type Test } from 'tap';
import { type Host, type NfsService, waitUntil } from '../../scripts/lab/index.ts';
import { expectSurvival, keeperSays, moveTo, NFSLOCK, serviceFor, takeLock } from './nfslock-scene.ts';
import { locksHeld, waitForLock } from './nfslock-witness.ts';

/** Moves the service while others wait for the lock: client 1 keeps it, and nothing is left on the old node. */
async function witnessed(
  t: Test,
  service: NfsService,
  [from, to]: [Host, Host],
  handedOver: boolean,
): Promise<void> {
  const file = `to-${to.name}-${handedOver}`;
  await takeLock(t, service, file);
  t.equal(await locksHeld(from), 1, `${from.name} holds the lock`);
  const witness = await waitForLock(service, file);
  await expectSurvival(t, service, file, to, async () => {
    const began = Date.now();
    await moveTo(service, to);
    t.match(await keeperSays(to, 'adopted', began), { from: from.name, handedOver });
  });
  t.equal(await locksHeld(from), 0, `${from.name} holds no lock`);
  t.equal(await locksHeld(to), 1, `${to.name} holds the lock`);
  await witness.relieve(t);
}

t.test('the service moves where NFS-Ganesha always runs, and others wait for the lock', async (t) => {
  const service = await serviceFor(t, { ganesha: 'warm', migrates: true });
  const { cluster, n1, n2 } = service;

  await t.test('by migration', async (t) => {
    await witnessed(t, service, [n1, n2], true);
    await witnessed(t, service, [n2, n1], true);
    t.strictSame((await cluster.status())?.failures, [], 'Pacemaker has seen no failure');
  });

  await t.test('by stop and start', async (t) => {
    await cluster.crm(['resource', 'meta', NFSLOCK, 'set', 'allow-migrate', 'false']);
    await witnessed(t, service, [n1, n2], false);
  });
});

t.test('their control: without Lockferry, who waits gets what client 1 believes in', async (t) => {
  const service = await serviceFor(t, { lockferry: false, ganesha: 'warm' });
  await takeLock(t, service, 'lost');
  const witness = await waitForLock(service, 'lost');
  await service.n1.powerOff();
  await service.cluster.waitForResource('address', service.n2, 60);
  await waitUntil('an answer to one who waits', { timeout: 60 }, () => Object.keys(witness.answers())[0]);
  t.ok(Object.values(witness.answers()).includes('NLM4_GRANTED'), 'client 2 has it');
  t.match((await service.c1.status()).locks, [{ file: 'lost', believes: true, inLockd: 'granted' }]);
});

t.test('another control: with unlock_on_stop=false the old node goes on holding the lock', async (t) => {
  const service = await serviceFor(t, {
    ...{ ganesha: 'warm', migrates: true, parameters: { unlock_on_stop: 'false' } },
  });
  await takeLock(t, service, 'left');
  await moveTo(service, service.n2);
  t.equal(await locksHeld(service.n1), 1);
});
