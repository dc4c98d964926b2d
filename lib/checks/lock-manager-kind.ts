import { join } from 'node:path';
import { type LockManagerKind, LockManagerWatch } from '../node/lock-manager.ts';
import type { NodeSettings } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

/** The lock manager that is asked for, or the one that runs; null: none does. */
export async function lockManagerKind(
  { root }: CheckedNode,
  { lockManager }: NodeSettings,
): Promise<LockManagerKind | null> {
  if (lockManager !== 'auto') return lockManager;
  return (await new LockManagerWatch('auto', join(root, 'proc')).now())?.kind ?? null;
}
