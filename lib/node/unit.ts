import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOptional } from './optional-file.ts';

/**
 * The systemd unit among these to which a process belongs, by its control group (cgroups(7)); null: none of them, or
 * there is no systemd. A daemon that a resource agent started is in Pacemaker's.
 */
export async function unitOf(pid: number, candidates: readonly string[], root = '/'): Promise<string | null> {
  if (!existsSync(join(root, 'run/systemd/system'))) return null;
  const groups = (await readOptional(join(root, 'proc', String(pid), 'cgroup'))) ?? '';
  const last = /^0::.*\/([^/\n]+)$/m.exec(groups)?.[1];
  return candidates.find((unit) => unit === last) ?? null;
}
