import type { Room } from '../../scale/notifier/room.ts';
import type { Plan } from '../../scale/notifier/tell.ts';
import { clientNames } from '../clients.ts';
import { SILENT_DNS, tell } from '../notifier.ts';
import type { Figure } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { interleaved, median } from '../statistics.ts';

export interface Trouble {
  readonly what: string;
  /** Those that cannot be told, for ours, and what their files are called. */
  readonly part: Plan['parts'][number];
  readonly names: readonly string[];
  /** What sm-notify asks for names; ours always asks one that is silent. */
  readonly dns: string | null;
}

/** As many dead clients as live ones. */
export const dead = (half: number): Trouble => ({
  what: `half of ${2 * half} dead, and those first: last live one told`,
  part: { net: '10.78', count: half },
  names: clientNames(78, half),
  dns: null,
});

/** As many names that DNS says nothing about as live clients. */
export const lost = (half: number): Trouble => ({
  what: `${half} names that a silent DNS server does not know, before ${half} live clients: last one told`,
  part: { lost: half },
  names: Array.from({ length: half }, (_, n) => `host${n}.lost.example.test`),
  dns: SILENT_DNS,
});

export interface TroubledPlan {
  readonly half: number;
  readonly rounds: number;
  /** How long sm-notify may take. */
  readonly seconds: number;
}

/** So many live clients behind as many that cannot be told. */
export async function troubled(
  room: Room,
  { what, part, names, dns }: Trouble,
  { half, rounds, seconds }: TroubledPlan,
): Promise<Figure> {
  const alive = { net: '10.77', count: half };
  const alone = 'lockferry, live ones alone';
  const noTrouble = `lockferry, ${2 * half} and all of them live`;
  const samples = await interleaved(rounds, {
    lockferry: async () => (await tell(room, [part, alive], half)).last,
    [alone]: async () => (await tell(room, [alive], half)).last,
    [noTrouble]: async () => (await tell(room, [{ ...alive, count: 2 * half }], 2 * half)).last,
  });
  const limit = median(samples[noTrouble] ?? []);
  const clients = [...names, ...clientNames(77, half)];
  const { ms, left } = await smNotify(room, clients, 100, seconds, dns);
  const untold = left - half;
  const batches = 'sm-notify, batches of 100';
  return {
    what,
    unit: 'ms',
    samples: { ...samples, [batches]: [ms] },
    target: { words: 'the live ones as fast as with none in trouble', met: (told) => told <= limit },
    unfinished: untold > 0 ? [batches] : [],
    note: `${batches}, had not told ${untold} of the ${half} live ones after ${seconds} s`,
  };
}
