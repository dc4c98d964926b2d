import { chown, stat } from 'node:fs/promises';
import t from 'tap';
import type { NfsService } from '../../scripts/lab/index.ts';
import {
  expectLoss,
  expectSurvival,
  keeperEvents,
  notifications,
  recorded,
  serviceFor,
  takeLock,
} from './nfslock-scene.ts';

const SM = '/var/lib/nfs/sm';
/** A record that an earlier life of the node left in its statd directory: of a client that has no lock now. */
const STALE = `0100007f 000186b5 00000004 00000010 ${'00'.repeat(16)} c2 n1\n`;

/** All nodes lose their power and get it back; n1's statd directory then has records of former boots. */
async function powerCut({ n1, n2 }: NfsService): Promise<void> {
  await Promise.all([n1.powerOff(), n2.powerOff()]);
  await n1.writeFile(`${SM}/c2`, STALE, 0o600);
  const { uid, gid } = await stat(n1.path(SM));
  await chown(n1.path(`${SM}/c2`), uid, gid);
  await Promise.all([n1.powerOn(), n2.powerOn()]);
}

for (const ganesha of ['resource', 'warm'] as const) {
  t.test(`a cluster starts with stale records in sm/, Ganesha ${ganesha}`, async (t) => {
    const service = await serviceFor(t, { ganesha });
    const { n1 } = service;
    await takeLock(t, service, 'cold');
    await recorded(service);
    const before = (await notifications(service)).length;
    await expectSurvival(t, service, 'cold', n1, () => powerCut(service));
    t.equal((await notifications(service)).length, before + 1, 'c1 was told once');
    t.match(await keeperEvents(n1), [{ event: 'adopted', inPlace: false }], 'the service was adopted anew');
  });
}

t.test('its control: without Lockferry the lock is lost', async (t) => {
  const service = await serviceFor(t, { lockferry: false });
  await takeLock(t, service, 'cold');
  await expectLoss(t, service, 'cold', service.n1, () => powerCut(service));
});
