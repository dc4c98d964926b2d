import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { claimEpoch, storedFile } from '../../../lib/store/index.ts';
import { FLOATING, type Room } from '../../scale/notifier/room.ts';
import { lineFor } from '../clients.ts';

const ADOPT = fileURLToPath(new URL('./adopt.js', import.meta.url));
/** What a keeper has started ends with it. */
const CAGE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', '"$@"; :', 'sh'];

/** What a keeper did. */
export interface Adopted {
  /** When each step was done, milliseconds after the start of the process: by the event that ends it. */
  readonly done: Readonly<Record<string, number>>;
  /** How many clients have been told. */
  readonly told: number;
}

/** A lock store as a node that died leaves it. */
async function leaveStore(dir: string, clients: readonly string[]): Promise<void> {
  const holder = { node: 'dead', bootId: 'dead', lockManager: 'ganesha:1:1', statd: null };
  const claim = await claimEpoch({ dir, service: 'bench', holder });
  const current = clients.map((client) =>
    storedFile(client, Date.now(), parseMonitorFile(Buffer.from(lineFor(client)))),
  );
  const store = await claim.establish({ current, inherited: [], ledger: [], stateNumber: 7 });
  await store.close();
}

let run = 0;

/** Has a keeper adopt the store that a dead node left, and tell these clients, for so many seconds at most. */
export async function adopted(
  room: Room,
  dir: string,
  clients: readonly string[],
  trigger: 'auto' | 'sm-notify',
  seconds: number,
): Promise<Adopted> {
  run += 1;
  const store = join(dir, `store-${run}`);
  // In the room, where /run is in memory as it is on every node.
  const there = `/run/adopt-${run}`;
  await leaveStore(store, clients);
  const words = [store, there, FLOATING, 'vip.example.test', clients.length, trigger, seconds];
  const argv = [...CAGE, process.execPath, ...KEEPER_OPTIONS, ADOPT, ...words.map(String)];
  const { out } = await room.server.run(argv, (seconds + 30) * 1000);
  rmSync(store, { recursive: true });
  await room.server.run(['rm', '-r', there]);
  return JSON.parse(out);
}
