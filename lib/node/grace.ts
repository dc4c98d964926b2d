import { ganeshaInGrace } from './ganesha.ts';
import { readKernelGrace } from './kernel-grace.ts';
import type { LockManagerKind } from './lock-manager.ts';

/** Does this lock manager take reclaims, and refuse new locks, now? @throws Fault where it cannot be asked. */
export async function isGraceOn(kind: LockManagerKind): Promise<boolean> {
  return kind === 'ganesha' ? await ganeshaInGrace() : (await readKernelGrace()).on;
}
