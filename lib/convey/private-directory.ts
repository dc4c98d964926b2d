import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { type StatdDirectory, statdDirectory } from '../nsm/statd-directory.ts';
import { inSlices } from '../slices.ts';

/** Numeric ids of statd's user and group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes an empty directory in the layout of `rpc.statd -P` and `sm-notify -P`, open to nobody until handOver(). */
export function makePrivateDirectory(path: string): StatdDirectory {
  const directory = statdDirectory(path);
  for (const one of [directory.path, directory.sm, directory.smBak]) mkdirSync(one, { mode: 0o700 });
  return directory;
}

/**
 * Lets statd's user work in it. The directory itself stays root's, so that this user cannot put a link where
 * `sm/` was; `sm/` and `sm.bak/` become the user's, for rpc.statd and sm-notify run as whoever owns `sm/`.
 */
export function handOver(directory: StatdDirectory, owner: Owner): void {
  for (const path of [directory.sm, directory.smBak]) chownSync(path, owner.uid, owner.gid);
  chmodSync(directory.path, 0o755);
}

/** Removes whatever is at a path, and all that is in it. Follows no link. */
export async function removeTree(path: Buffer): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  // Once it is ours alone nobody can put a link where a directory in it is: statd's user owned it before.
  lchownSync(path, Number(process.geteuid?.()), Number(process.getegid?.()));
  chmodSync(path, 0o700);
  const entries = readdirSync(path, { encoding: 'buffer', withFileTypes: true });
  const inIt = (name: Buffer) => Buffer.concat([path, Buffer.from('/'), name]);
  for (const entry of entries) {
    if (entry.isDirectory()) await removeTree(inIt(entry.name));
  }
  const others = entries.filter((entry) => !entry.isDirectory());
  await inSlices(others, (entry) => unlinkSync(inIt(entry.name)));
  rmdirSync(path);
}
