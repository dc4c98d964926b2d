import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { LockManager } from '../node/lock-manager.ts';
import type { RecoveryWorld } from './world.ts';

/** A lock manager this young may not have begun its grace period yet, milliseconds. */
const YOUNG = 5_000;

/**
 * Is grace on? `off` only where it is certain: asked twice, of a lock manager that is no longer starting, and not while nfsd
 * has no threads, as where a neighbour's keeper opens grace anew: their start begins another one.
 */
export async function certainGrace(
  { isGraceOn, log }: Pick<RecoveryWorld, 'isGraceOn' | 'log'>,
  lockManager: LockManager | null,
): Promise<'on' | 'off' | 'unknown'> {
  if (lockManager === null) return 'unknown';
  try {
    const first = await isGraceOn(lockManager.kind);
    if (first === true) return 'on';
    if (first === null || Date.now() - lockManager.startedAt < YOUNG) return 'unknown';
    await pause(50);
    const second = await isGraceOn(lockManager.kind);
    if (second === null) return 'unknown';
    return second ? 'on' : 'off';
  } catch (error) {
    log('grace-unknown', { reason: sentenceOf(error) });
    return 'unknown';
  }
}
