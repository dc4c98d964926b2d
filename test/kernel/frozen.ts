import { type Guest, until } from '../../scripts/kernel-lab/index.ts';
import { heldLocks, LockProcess } from '../../scripts/kernel-lab/locks.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import { type Happening, recorded } from './fate.ts';
import { lockIsOn, primaryKilled } from './happenings.ts';
import { entryOf } from './ledger.ts';
import { KEPT, mountPoint, type Scene } from './scene.ts';
import type { NfsService } from './service.ts';

/** Where the lock of the client that is not frozen begins. */
const THAWED = 500;

/** The primary dies, and the first client's status monitor hears nothing; a third client's does. */
export const clientFrozen: Happening = async (scene, contested) => {
  const { clients, services } = scene;
  const [frozen, , third] = clients as [Guest, Guest, Guest];
  await LockProcess.start(third).lock({ file: `${mountPoint(KEPT)}/data`, start: THAWED });
  for (const service of services) await recorded(scene, service, third);
  await frozen.sh('pkill -STOP -x rpc.statd');
  return primaryKilled(scene, contested);
};

/**
 * What became of the clients, after clientFrozen. Whoever has locks then is told again, as the lock manager loses them; who
 * missed grace is not, neither while it is deaf nor when it hears again: all that it was ever sent waits in its socket.
 */
export async function afterFrozen(scene: Scene): Promise<unknown> {
  const [frozen, , third] = scene.clients as [Guest, Guest, Guest];
  const [service] = scene.services as [NfsService];
  const [, server] = scene.servers;
  const missed = await entryOf(service, frozen, server);
  const before = await entryOf(service, third, server);
  const { text, json } = await statusOf(server);
  const thirdHolds = (await heldLocks(server, service.directory)).some(({ start }) => start === THAWED);

  await server.sh('rpc.nfsd 0 && rpc.nfsd -N 4 -V 3 4');
  await lockIsOn(scene, server, THAWED);
  const again = await entryOf(service, third, server);
  await nfs.endGrace(server);
  await until(async () => (await statusOf(server)).phase === 'capturing', {
    what: `nobody is told any more by ${server.name}`,
    timeout: 120_000,
    every: 500,
  });
  await frozen.sh('pkill -CONT -x rpc.statd');
  const heard = [...new Set(await nfs.statdWasTold(frozen))];
  return {
    phase: missed?.phase,
    // All that it was ever sent: what the ledger had told it when it was given up, and nothing after that.
    toldLast: heard.at(-1) === missed?.number,
    inText: text.includes(`\n  missed        ${missed?.client}\n`),
    inJson: json?.missed === 1 && json.missedClients.join() === missed?.client,
    ...{ third: thirdHolds, thirdToldAgain: again?.number !== before?.number },
    // The second recovery is not about it; what it says to the server by now is new.
    numberInTheEnd: (await entryOf(service, frozen, server))?.number ?? null,
  };
}

async function statusOf(server: Guest) {
  const text = await server.sh('lockferry status || :');
  const { services } = JSON.parse(await server.sh('lockferry status --json || :')) as {
    services: { lastRecovery: { missed: number; missedClients: string[] } | null; phase: string }[];
  };
  return { text, json: services[0]?.lastRecovery, phase: services[0]?.phase };
}
