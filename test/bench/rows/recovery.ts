import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { parseMonitorFile } from '../../../lib/nsm/monitor-file.ts';
import { claimEpoch, storedFile } from '../../../lib/store/index.ts';
import { FLOATING, Room } from '../../scale/notifier/room.ts';
import { clientNames, lineFor } from '../clients.ts';
import { type Bench, below, type Figure, type Row, sized } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { timed } from '../statistics.ts';

const ADOPT = fileURLToPath(new URL('../recovery/adopt.js', import.meta.url));

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

/** The steps, each with the event that ends it. */
const STEPS = {
  'start Node.js': 'started',
  adopt: 'adopted',
  convey: 'conveyed',
  'be ready': 'telling',
  tell: 'told',
} as const;

async function recover(room: Room, { dir, size }: Bench, count: number): Promise<Figure> {
  const rounds = sized(size, { tiny: 1, usual: 3, full: 9 });
  const seconds = sized(size, { tiny: 2, usual: 10, full: 60 });
  const clients = clientNames(77, count);
  const ofEach = Object.keys(STEPS).map((step): [string, number[]] => [`of it, to ${step}`, []]);
  const steps: Record<string, number[]> = { lockferry: [], ...Object.fromEntries(ofEach) };
  for (let round = 0; round < rounds; round += 1) {
    const store = join(dir, `store-${round}`);
    // In the room, where /run is in memory as it is on every node.
    const run = `/run/adopt-${count}-${round}`;
    await leaveStore(store, clients);
    const argv = [
      process.execPath,
      ...KEEPER_OPTIONS,
      ADOPT,
      store,
      run,
      FLOATING,
      'vip.example.test',
      String(count),
    ];
    const { out } = await room.server.run(argv, 90_000);
    const { done, told } = JSON.parse(out);
    if (told < count) throw new Error(`${told} of ${count} clients were told`);
    steps.lockferry?.push(done.told);
    let before = 0;
    for (const [step, event] of Object.entries(STEPS)) {
      steps[`of it, to ${step}`]?.push(done[event] - before);
      before = done[event];
    }
    rmSync(store, { recursive: true });
    await room.server.run(['rm', '-r', run]);
  }
  let left = 0;
  const others = await timed(async () => {
    ({ left } = await smNotify(room, clients, count, seconds));
  });
  return {
    what: `${count} clients, start to last one told`,
    unit: 'ms',
    samples: { ...steps, 'sm-notify, telling alone': [others] },
    ...(count === 5000 ? { target: below(3000) } : {}),
    ...(left === 0 ? {} : { unfinished: ['sm-notify, telling alone'] }),
    note: `sm-notify had not told ${left} after ${seconds} s`,
  };
}

export const recovery: Row = {
  name: 'recovery',
  title: 'From the start of the keeper to the last client told, with NFS, address and grace there',
  bound: 'telling; the store is read and the records are conveyed in a fraction of it',
  measure: async (bench) => {
    const room = await Room.open();
    try {
      const figures: Figure[] = [];
      const counts = sized(bench.size, { tiny: [20], usual: [5000], full: [5000, 50_000] });
      for (const count of counts) figures.push(await recover(room, bench, count));
      return figures;
    } finally {
      room.close();
    }
  },
};
