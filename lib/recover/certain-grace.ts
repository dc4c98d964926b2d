import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../fault.ts';
import type { LockManager } from '../node/lock-manager.ts';
import type { RecoveryWorld } from './world.ts';

/** A lock manager this young may not have begun its grace period yet, milliseconds. */
const YOUNG = 5_000;

/** Is grace on? `off` only where it is certain: asked twice, of a lock manager that is no longer starting. */
export async function certainGrace(
  { isGraceOn, log }: Pick<RecoveryWorld, 'isGraceOn' | 'log'>,
  lockManager: LockManager | null,
): Promise<'on' | 'off' | 'unknown'> {
  if (lockManager === null) return 'unknown';
  try {
    if (await isGraceOn(lockManager.kind)) return 'on';
    if (Date.now() - lockManager.startedAt < YOUNG) return 'unknown';
    await pause(50);
    return (await isGraceOn(lockManager.kind)) ? 'on' : 'off';
  } catch (error) {
    log('grace-unknown', { reason: sentenceOf(error) });
    return 'unknown';
  }
}
