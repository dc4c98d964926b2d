import { ganeshaInGrace } from './ganesha.ts';
import { readKernelGrace } from './kernel-grace.ts';
import type { LockManagerKind } from './lock-manager.ts';

/** Does this lock manager take reclaims, and refuse new locks, now? @throws Fault where it cannot be asked. */
export async function isGraceOn(
  kind: LockManagerKind,
  { ganesha = ganeshaInGrace, kernel = readKernelGrace } = {},
): Promise<boolean> {
  return kind === 'ganesha' ? await ganesha() : (await kernel()).on;
}
