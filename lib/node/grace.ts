import { ganeshaInGrace } from './ganesha.ts';
import { kernelGraceNow } from './kernel-grace.ts';
import type { LockManagerKind } from './lock-manager.ts';

/**
 * Does this lock manager take reclaims, and refuse new locks, now? null: nobody should be told, for the kernel's nfsd
 * has no threads; with them grace may come. @throws Fault where it cannot be asked.
 */
export async function isGraceOn(
  kind: LockManagerKind,
  { ganesha = ganeshaInGrace, kernel = kernelGraceNow } = {},
): Promise<boolean | null> {
  if (kind === 'ganesha') return ganesha();
  const { on, served } = await kernel();
  return on || (served ? false : null);
}
