import { readKernelGrace } from '../node/kernel-grace.ts';
import type { LockManager } from '../node/lock-manager.ts';
import { openedLength } from './open-grace-kernel.ts';

/** Milliseconds; null: not known. */
export interface GraceTime {
  /** What the grace period that is on lasts for at least. */
  readonly remaining: number | null;
  /** What one would last for that is opened now. */
  readonly full: number | null;
}

const UNKNOWN: GraceTime = { remaining: null, full: null };

/** The time that a lock manager's grace period has: NFS-Ganesha does not tell. Never rejects. */
export async function graceTime(
  lockManager: LockManager | null,
  { read = readKernelGrace, length = openedLength } = {},
): Promise<GraceTime> {
  if (lockManager?.kind !== 'kernel') return UNKNOWN;
  try {
    return { remaining: (await read()).remaining, full: await length() };
  } catch {
    return UNKNOWN;
  }
}
