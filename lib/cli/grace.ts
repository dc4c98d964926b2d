import { Fault } from '../fault.ts';
import { isGraceOn } from '../node/grace.ts';
import type { LockManager } from '../node/lock-manager.ts';
import { localAddresses } from '../node/this-node.ts';
import { lacking } from '../recover/readiness.ts';

/** A lock manager this young may not have begun its grace period yet, milliseconds. */
const YOUNG = 5_000;

/** Who is asked. */
const REAL = { isGraceOn, localAddresses, lacking };
type Asked = Partial<typeof REAL>;

/** Is it certain that no reclaim is taken any more? */
export async function isGraceOver(lockManager: LockManager | null, asked: Asked = {}): Promise<boolean> {
  if (lockManager === null || Date.now() - lockManager.startedAt < YOUNG) return false;
  const on = await { ...REAL, ...asked }.isGraceOn(lockManager.kind).catch(() => true);
  return on === false;
}

/** @throws Fault `bad-node` where an address is not on this node: clients are told from there */
export function refuseAbsent(addresses: readonly string[], asked: Asked = {}): void {
  const local = { ...REAL, ...asked }.localAddresses();
  const absent = addresses.filter((address) => !local.has(address));
  if (absent.length > 0) throw new Fault('bad-node', `this node does not have address ${absent.join(', ')}`);
}

/**
 * Refuses where a client's reclaim could not succeed now: it would forget its locks for good, or take one that another
 * client has by now. @param outside whether that is wanted.
 * @returns says whether it has become so meanwhile. @throws Fault `bad-node` or `failed` that says what is lacking
 */
export async function guardGrace(
  outside: boolean,
  lockManager: LockManager | null,
  asked: Asked = {},
): Promise<() => Promise<boolean>> {
  if (outside) return async () => false;
  const ask = { ...REAL, ...asked };
  if (lockManager === null) throw new Fault('bad-node', 'no lock manager runs on this node');
  if (!(await ask.isGraceOn(lockManager.kind))) {
    throw new Fault(
      'failed',
      'grace is not on: clients that are told now lose their locks (--outside-grace tells them)',
    );
  }
  const missing = await ask.lacking({ exports: [] });
  if (missing.length > 0)
    throw new Fault('failed', `no reclaim can succeed yet: waiting for ${missing.join(', ')}`);
  return () => isGraceOver(lockManager, asked);
}
