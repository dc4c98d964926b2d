import { clientName } from '../../../lib/nsm/client-name.ts';
import { adopted, claimEpoch, clientsOf, type Disk, type StoreState } from '../../../lib/store/index.ts';
import { HOLDER } from '../../lib/store/arbitraries.ts';
import { memoryDisk } from '../memory-disk.ts';
import { CrashModel, type Remains } from './crash-model.ts';
import type { TracedStep } from './trace.ts';

/** What somebody was told at a moment, and so may rely on from then on. */
export interface Promised {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The clients whose records are durable. */
  readonly clients?: readonly string[];
  /** The NSM state number that clients are about to be told. */
  readonly number?: number;
  /** The epoch that is at work. */
  readonly epoch?: number;
}

export interface Judgement {
  /** Places at which the power was cut. */
  readonly cuts: number;
  /** States of the directory that were opened; one that was met before is not opened again. */
  readonly states: number;
  /** One sentence for each state in which a promise is broken. */
  readonly broken: readonly string[];
}

/** What must be true at a cut: all that was promised before the next step began. */
interface Due {
  readonly clients: ReadonlySet<string>;
  readonly number: number;
  readonly epoch: number;
  /** What became of the line that says the recovery ended: from then on, whoever is not back may be missed. */
  readonly ending: Ending;
}

type Ending = 'unwritten' | 'written' | 'durable';

/** What a service did to its lock store, and what it promised meanwhile. */
export interface Life {
  readonly steps: readonly TracedStep[];
  readonly promises: readonly Promised[];
  /** Clients that are not back when the recovery ends. */
  readonly missed: ReadonlySet<string>;
}

/**
 * Cuts the power before each step and after the last, and opens whatever can be left.
 * @param options how many broken promises are enough, and the step before which the power is cut first
 */
export async function judge(
  top: string,
  life: Life,
  { most = Infinity, from = 0 }: { readonly most?: number; readonly from?: number } = {},
): Promise<Judgement> {
  const { steps } = life;
  const model = new CrashModel(top);
  const seen = new Set<string>();
  const broken: string[] = [];
  let ending: Ending = 'unwritten';
  let cuts = 0;
  for (let index = 0; index <= steps.length && broken.length < most; index++) {
    const next = steps[index];
    const due = dueBefore(life, next?.at ?? Infinity, ending);
    const where = next === undefined ? 'at the end' : `before step ${index}, ${next.kind} ${next.path}`;
    if (index >= from) cuts += 1;
    for (const remains of index >= from ? model.states() : []) {
      const key = keyOf(remains, due);
      if (seen.has(key)) continue;
      seen.add(key);
      const found = await whatIsBroken(top, remains, due);
      if (found !== null) broken.push(`${where}: ${found}`);
      if (broken.length >= most) break;
    }
    if (next === undefined) break;
    model.apply(next);
    if (next.kind === 'write' && next.bytes.includes('"type":"recovery-ended"')) ending = 'written';
    else if (next.kind === 'sync-file' && ending === 'written') ending = 'durable';
  }
  return { cuts, states: seen.size, broken };
}

function dueBefore({ promises, missed }: Life, at: number, ending: Ending): Due {
  const kept = promises.filter((one) => one.at <= at);
  const clients = new Set(kept.flatMap((one) => one.clients ?? []).map(clientName));
  if (ending === 'durable') for (const client of missed) clients.delete(client);
  return {
    clients,
    number: Math.max(0, ...kept.map(({ number }) => number ?? 0)),
    epoch: Math.max(0, ...kept.map(({ epoch }) => epoch ?? 0)),
    ending,
  };
}

function keyOf(remains: Remains, { clients, number, epoch, ending }: Due): string {
  const files = [...(remains ?? [])].map(([name, bytes]) => `${name} ${bytes.toString('latin1')}`);
  return [remains === null, clients.size, number, epoch, ending, ...files].join('\n');
}

async function whatIsBroken(top: string, remains: Remains, due: Due): Promise<string | null> {
  const disk = memoryDisk(remains);
  try {
    const claim = await claimEpoch({ dir: top, service: 'locks', holder: HOLDER, disk });
    if (claim.epoch <= due.epoch) return `epoch ${claim.epoch} is claimed after ${due.epoch}`;
    const lacking = whatIsLacking(claim.former, due);
    if (lacking !== null) return lacking;
    const store = await claim.establish(adopted(claim.former, 0));
    const { stateNumber } = store.state;
    if ((stateNumber ?? 0) < due.number) return `the next owner starts from number ${stateNumber}`;
    await store.close();
    return await lostBySuccession(top, disk, claim.former);
  } catch (error) {
    return `the store does not open: ${error}`;
  }
}

function whatIsLacking(state: StoreState | null, due: Due): string | null {
  const held = clientsOf([...(state?.current.values() ?? []), ...(state?.inherited.values() ?? [])]);
  const missed = (client: string) =>
    due.ending === 'written' && state?.ledger.get(client)?.phase === 'missed';
  const lost = [...due.clients].filter((client) => !held.has(client) && !missed(client));
  if (lost.length > 0) return `${lost.length} clients are missing, ${lost[0]} for one`;
  if ((state?.stateNumber ?? 0) < due.number) return `the number is ${state?.stateNumber}, not ${due.number}`;
  return null;
}

/** Who comes after the next owner must find whom he found. */
async function lostBySuccession(top: string, disk: Disk, former: StoreState | null): Promise<string | null> {
  const claim = await claimEpoch({ dir: top, service: 'locks', holder: HOLDER, disk });
  const before = clientsOf([...(former?.current.values() ?? []), ...(former?.inherited.values() ?? [])]);
  const after = clientsOf(claim.former?.inherited.values() ?? []);
  const lost = [...before.keys()].filter((client) => !after.has(client));
  return lost.length === 0 ? null : `the next owner loses ${lost.length} clients`;
}
