import type { Room } from '../../scale/notifier/room.ts';
import type { Plan } from '../../scale/notifier/tell.ts';
import { clientNames } from '../clients.ts';
import { SILENT_DNS, tell } from '../notifier.ts';
import type { Figure } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { interleaved, median } from '../statistics.ts';

/**
 * How many times as long live clients may take for what counts as the same. A live one costs three questions and three
 * answers; one that is dead, or whose name nobody knows, costs one question at least, a sixth of that. The rest is what two
 * medians of few samples differ by.
 */
const SAME = 1.25;
const WHY = `what counts as the same is up to ${SAME} times: a client that never answers costs a question at least, where a live one costs three and their answers, and medians of few samples differ`;

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
  const samples = await interleaved(rounds, {
    lockferry: async () => (await tell(room, [part, alive], half)).last,
    [alone]: async () => (await tell(room, [alive], half)).last,
  });
  const limit = SAME * median(samples[alone] ?? []);
  const clients = [...names, ...clientNames(77, half)];
  const { ms, left } = await smNotify(room, clients, 100, seconds, dns);
  const untold = left - half;
  const batches = 'sm-notify, batches of 100';
  return {
    what,
    unit: 'ms',
    samples: { ...samples, [batches]: [ms] },
    target: { words: 'the live ones as fast as alone', met: (told) => told <= limit },
    unfinished: untold > 0 ? [batches] : [],
    note: `${WHY}; ${batches}, had not told ${untold} of the ${half} live ones after ${seconds} s`,
  };
}
