import { join } from 'node:path';
import { readKernelGrace } from './kernel-grace.ts';
import type { LockManager } from './lock-manager.ts';
import { readOptional } from './optional-file.ts';

const GANESHA_CONF = 'etc/ganesha/ganesha.conf';
/** Seconds, where nothing is said (ganesha-core-config(8)). */
const GANESHA_DEFAULT = 90;

/**
 * Milliseconds that a grace period which is on lasts for at least; null: that cannot be known.
 * @param openedAt when grace was opened on a lock manager that ran already, milliseconds since 1970; null: it was not
 * @param root what to read as `/`
 */
export async function graceLeft(
  { kind, startedAt }: LockManager,
  openedAt: number | null,
  root = '/',
): Promise<number | null> {
  if (kind === 'kernel') return (await readKernelGrace(root)).remaining;
  const length = await ganeshaLength(root);
  if (length === null) return null;
  const left = Math.max(startedAt, openedAt ?? 0) + length * 1000 - Date.now();
  // Somebody else has opened it again since.
  return left > 0 ? left : null;
}

/** NFS-Ganesha cannot be asked; what its configuration includes from elsewhere is not read. */
async function ganeshaLength(root: string): Promise<number | null> {
  const text = (await readOptional(join(root, GANESHA_CONF)))?.replace(/#.*/g, '');
  if (text === undefined) return null;
  const said = /\bGrace_Period\s*=\s*(\d+)/i.exec(text)?.[1];
  if (said !== undefined) return Number(said);
  return text.includes('%include') ? null : GANESHA_DEFAULT;
}
