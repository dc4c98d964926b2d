import { fileURLToPath } from 'node:url';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { FLOATING, Room } from '../../scale/notifier/room.ts';
import type { Plan, Told } from '../../scale/notifier/tell.ts';
import { clientNames } from '../clients.ts';
import { below, type Figure, type Row, sized } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { interleaved } from '../statistics.ts';

const program = fileURLToPath(new URL('../../scale/notifier/tell.js', import.meta.url));
/** A DNS server that takes every question and answers none. */
const SILENT_DNS = '10.78.255.53';

/** Rounds of sm-notify that are not measured. */
const WARM_UP = 5;

let state = 1;

/** Has our notifier tell these clients. @param wanted how many of them can be told. */
async function tell(room: Room, parts: Plan['parts'], wanted: number): Promise<Told> {
  state += 2;
  const plan: Plan = {
    ...{ parts, wanted, state, seconds: 60, dnsServers: [SILENT_DNS] },
    // As many messages as sm-notify sends: the full name and one more.
    announcements: [FLOATING, 'vip.example.test'].map((name) => ({ name, source: FLOATING })),
  };
  const { out } = await room.server.run(
    [process.execPath, ...KEEPER_OPTIONS, program, JSON.stringify(plan)],
    90_000,
  );
  const told: Told = JSON.parse(out);
  if (told.told !== wanted) throw new Error(`${told.told} of ${wanted} clients were told`);
  return told;
}

async function live(
  room: Room,
  count: number,
  rounds: number,
  limit: number,
  seconds: number,
): Promise<Figure[]> {
  const clients = clientNames(77, count);
  const memory: number[] = [];
  const left: Record<string, number> = {};
  const other = (name: string, batch: number) => async () => {
    const { ms, left: missing } = await smNotify(room, clients, batch, seconds);
    left[name] = missing;
    return ms;
  };
  const ours = async () => {
    const { last, grewMiB } = await tell(room, [{ net: '10.77', count }], count);
    memory.push(grewMiB);
    return last;
  };
  const batches = 'sm-notify, batches of 100';
  const samples = await interleaved(rounds, { lockferry: ours, [batches]: other(batches, 100) });
  // One run of it is enough to see: it takes many times as long.
  const once = await interleaved(1, { 'sm-notify': other('sm-notify', count) });
  const untold = Object.entries(left).filter(([, missing]) => missing > 0);
  const figure: Figure = {
    what: `last of ${count} live clients told`,
    unit: 'ms',
    at: count,
    samples: { ...samples, ...once },
    target: below(limit),
    ...(untold.length === 0
      ? {}
      : {
          unfinished: untold.map(([name]) => name),
          note: untold
            .map(([name, missing]) => `${name} had not told ${missing} after ${seconds} s`)
            .join('; '),
        }),
  };
  const grew = { what: `memory above idle while ${count} clients are told`, unit: 'MiB' } as const;
  return [figure, { ...grew, samples: { lockferry: memory }, target: below(150) }];
}

async function troubled(room: Room, count: number, rounds: number, seconds: number): Promise<Figure[]> {
  const half = count / 2;
  const mixed = [...clientNames(78, half), ...clientNames(77, half)];
  const left: number[] = [];
  const samples = await interleaved(rounds, {
    lockferry: async () =>
      (
        await tell(
          room,
          [
            { net: '10.78', count: half },
            { net: '10.77', count: half },
          ],
          half,
        )
      ).last,
    'lockferry, none dead': async () => (await tell(room, [{ net: '10.77', count: half }], half)).last,
  });
  const others = await interleaved(1, {
    'sm-notify, batches of 100': async () => {
      const { ms, left: missing } = await smNotify(room, mixed, 100, seconds);
      left.push(missing - half);
      return ms;
    },
  });
  const dns = await interleaved(rounds, {
    lockferry: async () => (await tell(room, [{ lost: half }, { net: '10.77', count: half }], half)).last,
    'lockferry, no DNS': async () => (await tell(room, [{ net: '10.77', count: half }], half)).last,
  });
  return [
    {
      what: `half of ${count} dead, and those first: last live one told`,
      ...(left[0] === 0 ? {} : { unfinished: ['sm-notify, batches of 100'] }),
      unit: 'ms',
      samples: { ...samples, ...others },
      note: `sm-notify in batches had not told ${left[0]} of the ${half} live ones after ${seconds} s`,
    },
    {
      what: `${half} names that a silent DNS server does not know, before ${half} live clients: last one told`,
      unit: 'ms',
      samples: dns,
      note: 'sm-notify asks DNS for one name after another, each for up to 10 s, and tells nobody meanwhile',
    },
  ];
}

export const told: Row = {
  name: 'tell',
  title: 'Clients told (SM_NOTIFY answered under two names)',
  bound:
    "a GETPORT and two SM_NOTIFY for each client. Of the processor time for a thousand, a third is V8 compiling the code and a fifth the kernel's network; for ten thousand, a sixth and a third; the rest is Node's sockets and our own code",
  measure: async ({ size }) => {
    const room = await Room.open();
    try {
      const figures: Figure[] = [];
      const plans = sized(size, {
        tiny: [[20, 1, 150, 2]],
        usual: [
          [1000, 5, 150, 15],
          [10_000, 3, 1500, 6],
          [50_000, 1, 8000, 12],
        ],
        full: [
          [1000, 15, 150, 30],
          [10_000, 7, 1500, 60],
          [50_000, 5, 8000, 120],
        ],
      } as const);
      // The lab's clients are one program, which answers quicker once it has been asked for a while.
      const [[some, , , within]] = plans;
      for (let round = 0; round < WARM_UP; round += 1) {
        await smNotify(room, clientNames(77, some), 100, within);
      }
      for (const [count, rounds, limit, seconds] of plans) {
        figures.push(...(await live(room, count, rounds, limit, seconds)));
      }
      const count = sized(size, { tiny: 20, usual: 10_000, full: 10_000 });
      figures.push(
        ...(await troubled(
          room,
          count,
          sized(size, { tiny: 1, usual: 3, full: 9 }),
          sized(size, { tiny: 2, usual: 8, full: 60 }),
        )),
      );
      return figures;
    } finally {
      room.close();
    }
  },
};
