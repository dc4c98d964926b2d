import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs sm-notify when the node boots, and whenever systemd starts rpc.statd, which wants it (nfs-utils, systemd/). */
export const NOTIFY_UNIT = 'rpc-statd-notify.service';

/** Where systemd looks for it, first place first; what is linked to /dev/null is masked (systemd.unit(5)). */
const DIRECTORIES = [
  'etc/systemd/system',
  'run/systemd/system',
  'usr/lib/systemd/system',
  'lib/systemd/system',
];

/** @param root what to look at as `/` */
export async function notifyUnitState(root = '/'): Promise<'absent' | 'masked' | 'there'> {
  for (const directory of DIRECTORIES) {
    const path = join(root, directory, NOTIFY_UNIT);
    if ((await readlink(path).catch(() => '')) === '/dev/null') return 'masked';
    if (await exists(path)) return 'there';
  }
  return 'absent';
}

/** Whether systemd runs here, or did when this file system was booted (sd_booted(3)). */
export function isSystemdBooted(root = '/'): Promise<boolean> {
  return exists(join(root, 'run/systemd/system'));
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
