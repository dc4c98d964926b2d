import { fileURLToPath } from 'node:url';
import { KEEPER_OPTIONS } from '../../lib/keeper/keeper-process.ts';
import { FLOATING, type Room } from '../scale/notifier/room.ts';
import type { Plan, Told } from '../scale/notifier/tell.ts';

const program = fileURLToPath(new URL('../scale/notifier/tell.js', import.meta.url));
/** A DNS server that takes every question and answers none. */
export const SILENT_DNS = '10.78.255.53';

let state = 1;

/**
 * Has our notifier tell these clients, in a process of its own.
 * @param wanted how many of them can be told. @returns with how long that process took, milliseconds.
 */
export async function tell(
  room: Room,
  parts: Plan['parts'],
  wanted: number,
): Promise<Told & { readonly process: number }> {
  state += 2;
  const plan: Plan = {
    ...{ parts, wanted, state, seconds: 60, dnsServers: [SILENT_DNS] },
    // As many messages as sm-notify sends: the full name and one more.
    announcements: [FLOATING, 'vip.example.test'].map((name) => ({ name, source: FLOATING })),
  };
  const { out, ms } = await room.server.run(
    [process.execPath, ...KEEPER_OPTIONS, program, JSON.stringify(plan)],
    90_000,
  );
  const told: Told = JSON.parse(out);
  if (told.told !== wanted) throw new Error(`${told.told} of ${wanted} clients were told`);
  return { ...told, process: ms };
}
