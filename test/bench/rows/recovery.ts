import { Room } from '../../scale/notifier/room.ts';
import { clientNames } from '../clients.ts';
import { adopted } from '../recovery/adopted.ts';
import { type Bench, below, type Figure, type Row, sized } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { interleaved } from '../statistics.ts';

/** The steps, each with the event that ends it. */
const STEPS = {
  'start Node.js': 'started',
  adopt: 'adopted',
  convey: 'conveyed',
  'be ready': 'telling',
  tell: 'told',
} as const;

const TRIGGER = 'the same with trigger=sm-notify';
const HOW =
  'with trigger=sm-notify, the keeper has sm-notify tell, a process for every 100 clients and name, all at once';
const ALONE = 'sm-notify, telling alone';

async function recover(room: Room, { dir, size }: Bench, count: number): Promise<Figure> {
  const rounds = sized(size, { tiny: 1, usual: 3, full: 9 });
  const seconds = sized(size, { tiny: 2, usual: 10, full: 30 });
  const clients = clientNames(77, count);
  // Each of the processes needs a privileged port of its own.
  const many = count > 5000;
  const steps = Object.fromEntries(Object.keys(STEPS).map((step): [string, number[]] => [step, []]));
  const left: Record<string, number> = {};
  const ours = async () => {
    const { done, told } = await adopted(room, dir, clients, 'auto', 60);
    if (told < count) throw new Error(`${told} of ${count} clients were told`);
    let before = 0;
    for (const [step, event] of Object.entries(STEPS)) {
      steps[step]?.push(Number(done[event]) - before);
      before = Number(done[event]);
    }
    return before;
  };
  const bySmNotify = async () => {
    const { done, told } = await adopted(room, dir, clients, 'sm-notify', seconds);
    left[TRIGGER] = Math.max(left[TRIGGER] ?? 0, count - told);
    return done.told ?? seconds * 1000;
  };
  const alone = async () => {
    const { ms, left: missing } = await smNotify(room, clients, count, seconds);
    left[ALONE] = missing;
    return ms;
  };
  const { lockferry = [], ...others } = {
    ...(await interleaved(rounds, { lockferry: ours, ...(many ? {} : { [TRIGGER]: bySmNotify }) })),
    // Once: it takes many times as long.
    ...(await interleaved(1, { [ALONE]: alone })),
  };
  const ofIt = Object.entries(steps).map(([step, all]) => [`of it, to ${step}`, all]);
  const untold = Object.entries(left).filter(([, missing]) => missing > 0);
  return {
    what: `${count} clients, start to last one told`,
    unit: 'ms',
    samples: { lockferry, ...Object.fromEntries(ofIt), ...others },
    ...(count === 5000 ? { target: below(3000) } : {}),
    unfinished: untold.map(([name]) => name),
    note: [
      ...(many ? [] : [HOW]),
      ...untold.map(([name, missing]) => `${name}: ${missing} not told after ${seconds} s`),
    ].join('; '),
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
