import { printableSentence } from '../printable.ts';
import type { Damage } from '../store/index.ts';
import type { Verdict } from './verdict.ts';

/** What a verdict is made of. */
export interface Health {
  /** Whether a later epoch exists: another node owns the service. */
  readonly owner: boolean;
  /** What the lock store's storage said last; null: nothing bad. */
  readonly storeTrouble: string | null;
  /** Why the lock store, which is not there any more, cannot be written anew; null: it is there. */
  readonly storeGone: string | null;
  /** Why the next owner would refuse the lock store; null: he would not. */
  readonly storeRefused: string | null;
  /** What could not be read of it when the service was adopted. */
  readonly storeDamage: readonly Damage[];
  /** Milliseconds that the oldest change has waited to become durable. */
  readonly lag: number;
  /** How long it may, milliseconds. */
  readonly maxLag: number;
  /** Whether locks that are unprotected are a failure. */
  readonly strict: boolean;
  /** Clients whose newest records are not durable. */
  readonly unprotected: number;
  /** Whether the statd callout has given up waiting for the store for now. */
  readonly calloutSuspended: boolean;
  readonly statdDirectory: 'present' | 'missing';
  readonly smPath: string;
  /** Why former clients cannot be told; null: nothing hinders it. */
  readonly recoveryTrouble: string | null;
  readonly waitingFor: readonly string[];
  /** Milliseconds that a recovery has waited for those. */
  readonly waited: number;
}

/** The address and the exports of a service follow within this time, milliseconds, or something is wrong. */
const WAIT_LIMIT = 60_000;
/** Characters of a reason: a path may be long, and what to do about it stands at the end. */
const REASON_LIMIT = 500;

/** The monitor's answer. The first thing that is wrong, by how much it endangers. */
export function judgeHealth(health: Health): Verdict {
  const { owner, storeTrouble, lag, statdDirectory, recoveryTrouble } = health;
  const unprotected = health.strict ? failed : degraded;
  if (!owner) return { state: 'failed', reason: 'another node has taken over this service' };
  if (health.storeGone !== null) return unprotected(`all clients unprotected: ${health.storeGone}`);
  if (storeTrouble !== null || lag > health.maxLag) {
    const why = storeTrouble ?? `shared_dir has not answered for ${Math.round(lag / 1000)} s`;
    return unprotected(`${health.unprotected} clients unprotected: ${why}`);
  }
  if (health.calloutSuspended) {
    return unprotected(
      `${health.unprotected} clients unprotected: locks are granted without waiting for shared_dir`,
    );
  }
  if (statdDirectory === 'missing')
    return unprotected(`no client is captured: ${health.smPath} does not exist; start rpc.statd`);
  if (health.storeRefused !== null) return degraded(`the next start would fail: ${health.storeRefused}`);
  if (recoveryTrouble !== null) return degraded(recoveryTrouble);
  if (health.waitingFor.length > 0 && health.waited > WAIT_LIMIT) {
    return degraded(`former clients are not told yet, waiting for ${health.waitingFor.join(', ')}`);
  }
  const [first, ...others] = health.storeDamage;
  if (first === undefined) return { state: 'ok', reason: null };
  const more = others.length === 0 ? '' : `, and in ${others.length} more places`;
  return degraded(
    `clients may be lost: ${first.file} was damaged${more} (${first.reason}); look at the storage`,
  );
}

/** `strict` is about what is not recorded: an error saves no lock that could not be recovered. */
function failed(reason: string): Verdict {
  return { state: 'failed', reason: printableSentence(reason, REASON_LIMIT) };
}

function degraded(reason: string): Verdict {
  return { state: 'degraded', reason: printableSentence(reason, REASON_LIMIT) };
}
