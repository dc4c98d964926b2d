import type { Promised } from './judge.ts';
import { type Call, callsIn, writtenBy } from './trace.ts';

/** Something that was said or written of a client. */
type Said = Promised & { readonly clients: readonly [string] };

/** What was said and written at a service's door by the statd callout and its keeper, as their traces tell it. */
export interface DoorLife {
  /** What somebody may rely on: the lock manager, who is answered once the callout ends, or whoever looks for the spool. */
  readonly promises: readonly Promised[];
  readonly asked: readonly Said[];
  /** The callout left them in the spool. */
  readonly spooled: readonly Said[];
  /** Of these it was told that they are durable. */
  readonly answered: readonly Said[];
}

/** A call at the door; `file` is its name in it. */
interface DoorCall extends Call {
  readonly file: string;
  readonly text: string;
}

/**
 * Reads what strace wrote of the callout's processes, one trace each, and of the keepers. A client is promised
 * - when its keeper begins to write that it is durable: then the callout may end at any moment;
 * - when its keeper empties the spool, and the client's line was in it.
 * /run is gone after a power cut; after anything else the spool is what the callout has left there.
 * @param door the service's directory for the callout
 */
export function livesAtTheDoor(
  door: string,
  { callouts, keepers }: { readonly callouts: readonly string[]; readonly keepers: readonly string[] },
): DoorLife {
  const calls = (traces: readonly string[]) =>
    traces.flatMap(callsIn).flatMap((call) => atTheDoor(door, call));
  const ofCallouts = calls(callouts);
  const ofKeepers = calls(keepers);
  const lines = (file: string) => ofCallouts.filter((call) => call.file === file && call.text !== '');
  const asked = lines('request').map(clientIn);
  const spooled = lines('spool').map(clientIn);
  const tickets = new Map(lines('request').map((call) => [ticketIn(call), clientIn(call).clients]));
  const answered = ofKeepers.flatMap((call) => {
    const clients = tickets.get(ticketIn(call));
    return call.file === 'answer' && clients !== undefined ? [{ at: call.at, clients }] : [];
  });
  const emptied = ofKeepers.flatMap(({ file, name, at }) => {
    const clients = spooled.filter((one) => one.at < at).flatMap((one) => one.clients);
    return file === 'spool' && name === 'ftruncate' ? [{ at, clients }] : [];
  });
  return { promises: [...answered, ...emptied], asked, spooled, answered };
}

function atTheDoor(door: string, call: Call): DoorCall[] {
  const file = new RegExp(`^\\d+<${door}/(\\w+)>`).exec(call.args)?.[1];
  if (file === undefined || call.result.startsWith('-1')) return [];
  return [{ ...call, file, text: writtenBy(call) }];
}

/** A line of the callout is: TICKET add-client MON_NAME MY_NAME. */
function clientIn({ at, text }: DoorCall): Said {
  return { at, clients: [text.split(' ')[2] ?? ''] };
}

function ticketIn({ text }: DoorCall): string {
  return text.split(' ')[0] ?? '';
}
