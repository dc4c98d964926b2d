import { lstatSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where rpc.statd keeps its files (nfs-utils, support/nsm/file.c): one directory with these three in it. */
export interface StatdDirectory {
  readonly path: string;
  /** One file for each monitored client. */
  readonly sm: string;
  /** Clients that are still to be notified. */
  readonly smBak: string;
  /** The host's NSM state number. */
  readonly state: string;
}

/** Who owns `sm/`: rpc.statd and sm-notify run as that user and group. */
export interface StatdOwner {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits of `sm/`. */
  readonly mode: number;
}

export function statdDirectory(path: string): StatdDirectory {
  return { path, sm: join(path, 'sm'), smBak: join(path, 'sm.bak'), state: join(path, 'state') };
}

/** @returns null where there is no `sm/`, or a link that not root made: statd's user can make it lead anywhere. */
export function ownerOf(directory: StatdDirectory): StatdOwner | null {
  const stats = statsOf(directory.sm);
  return stats?.isDirectory() ? { uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 } : null;
}

function statsOf(path: string): Stats | undefined {
  const itself = lstatSync(path, { throwIfNoEntry: false });
  if (itself?.isSymbolicLink() && itself.uid !== 0) return undefined;
  return statSync(path, { throwIfNoEntry: false });
}
