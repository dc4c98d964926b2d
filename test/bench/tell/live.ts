import type { Room } from '../../scale/notifier/room.ts';
import { clientNames } from '../clients.ts';
import { tell } from '../notifier.ts';
import { below, type Figure } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { interleaved, median } from '../statistics.ts';

export interface LivePlan {
  readonly count: number;
  readonly rounds: number;
  /** Ours should have told them in less, milliseconds. */
  readonly limit: number;
  /** How long sm-notify may take. */
  readonly seconds: number;
}

const BATCHES = 'sm-notify, batches of 100';
const CONTAINS =
  'ours is the time from when the notifier begins until the last client has answered, for the keeper runs by then and has read its records (see row `recovery`), and below it, how long a process takes that does no more; the time of sm-notify is that of its processes, one for each batch, with their start and reading their directory';

/** Clients that all answer. */
export async function live(room: Room, { count, rounds, limit, seconds }: LivePlan): Promise<Figure[]> {
  const clients = clientNames(77, count);
  const processes: number[] = [];
  const memory: number[] = [];
  const left: Record<string, number> = {};
  const other = (name: string, batch: number) => async () => {
    const { ms, left: missing } = await smNotify(room, clients, batch, seconds);
    left[name] = missing;
    return ms;
  };
  const ours = async () => {
    const { last, process, grewMiB } = await tell(room, [{ net: '10.77', count }], count);
    processes.push(process);
    memory.push(grewMiB);
    return last;
  };
  const { lockferry = [], ...others } = {
    ...(await interleaved(rounds, { lockferry: ours, [BATCHES]: other(BATCHES, 100) })),
    // One run of it is enough to see: it takes many times as long.
    ...(await interleaved(1, { 'sm-notify': other('sm-notify', count) })),
  };
  const untold = Object.entries(left).filter(([, missing]) => missing > 0);
  const after = untold.map(([name, missing]) => `; ${name} had not told ${missing} after ${seconds} s`);
  const fastest = Math.min(...Object.values(others).map(median));
  return [
    {
      what: `last of ${count} live clients told`,
      unit: 'ms',
      at: count,
      samples: { lockferry, 'lockferry, with the start of Node.js': processes, ...others },
      target: {
        words: `< ${limit}, and faster than sm-notify either way`,
        met: (told) => told < Math.min(limit, fastest),
      },
      unfinished: untold.map(([name]) => name),
      note: `${CONTAINS}${after.join('')}`,
    },
    {
      what: `memory above idle while ${count} clients are told`,
      unit: 'MiB',
      samples: { lockferry: memory },
      ...(count === 50_000 ? { target: below(150) } : {}),
    },
  ];
}
