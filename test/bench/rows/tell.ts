import { Room } from '../../scale/notifier/room.ts';
import { clientNames } from '../clients.ts';
import { type Figure, type Row, sized } from '../row.ts';
import { smNotify } from '../sm-notify.ts';
import { type LivePlan, live } from '../tell/live.ts';
import { dead, lost, type TroubledPlan, troubled } from '../tell/troubled.ts';

/** Rounds of sm-notify that are not measured. */
const WARM_UP = 5;

export const told: Row = {
  name: 'tell',
  title: 'Clients told (SM_NOTIFY answered under two names)',
  bound:
    "a GETPORT and two SM_NOTIFY for each client. Of the processor time for a thousand, a third is V8 compiling the code and a fifth the kernel's network; for ten thousand, a sixth and a third; the rest is Node's sockets and our own code",
  measure: async ({ size }) => {
    const room = await Room.open();
    try {
      const plans = sized<LivePlan[]>(size, {
        tiny: [{ count: 20, rounds: 1, limit: 150, seconds: 2 }],
        usual: [
          { count: 1000, rounds: 5, limit: 150, seconds: 15 },
          { count: 10_000, rounds: 3, limit: 1500, seconds: 6 },
          { count: 50_000, rounds: 1, limit: 8000, seconds: 12 },
        ],
        full: [
          { count: 1000, rounds: 15, limit: 150, seconds: 30 },
          { count: 10_000, rounds: 7, limit: 1500, seconds: 60 },
          { count: 50_000, rounds: 5, limit: 8000, seconds: 120 },
        ],
      });
      const plan = sized<TroubledPlan>(size, {
        tiny: { half: 10, rounds: 1, seconds: 2 },
        usual: { half: 5000, rounds: 3, seconds: 8 },
        full: { half: 5000, rounds: 9, seconds: 60 },
      });
      // The lab's clients are one program, which answers quicker once it has been asked for a while.
      const some = clientNames(77, plans[0]?.count ?? 0);
      for (let round = 0; round < WARM_UP; round += 1) await smNotify(room, some, 100, 30);
      const figures: Figure[] = [];
      for (const each of plans) figures.push(...(await live(room, each)));
      for (const trouble of [dead, lost]) figures.push(await troubled(room, trouble(plan.half), plan));
      return figures;
    } finally {
      room.close();
    }
  },
};
