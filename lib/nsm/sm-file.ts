import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { errnoOf, Fault } from '../fault.ts';
import { type MonitorFileContent, parseMonitorFile } from './monitor-file.ts';

/** A real file in `sm/` has a line of about 100 bytes for each name of its client; more than this is no list. */
export const SM_FILE_LIMIT = 1024 * 1024;

/** Longest file name that Linux file systems take, in bytes. */
export const SM_NAME_LIMIT = 255;

/** What is found under a name in `sm/`, or in `sm.bak/`. */
export type SmFile =
  | { readonly kind: 'file'; readonly stats: Stats; readonly content: MonitorFileContent }
  /** Something that statd did not make, or that is gone; it was not opened, or nothing of it was read. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Names of which each character is one byte in any case. */
const ASCII = /^[\0-\x7f]*$/;

/** The path of a name in a directory, the name's bytes being what its latin1 characters say. */
export function smPath(dir: string, name: string): string | Buffer {
  if (ASCII.test(name)) return `${dir}/${name}`;
  return Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name, 'latin1')]);
}

/**
 * What a name stands for, without opening it; undefined: there is none. Never throws: a word is why it cannot be told,
 * which never means that there is none.
 */
export function smStats(dir: string, name: string): Stats | string | undefined {
  try {
    return lstatSync(smPath(dir, name), { throwIfNoEntry: false });
  } catch (error) {
    return unreadable(error);
  }
}

/**
 * Reads a file in `sm/`. Never throws, follows no link, waits for no FIFO. Synchronous on purpose: the directory
 * is the node's own, a read takes microseconds, and through the thread pool 1 000 of them take five times as long.
 * @param before what smStats() has said of it just now, if it was asked.
 */
export function readSmFile(dir: string, name: string, before?: Stats): SmFile {
  const path = smPath(dir, name);
  try {
    // Looked at before it is opened, for to open a device or FIFO is to act; and again after, for it may have changed.
    refuseUnlessSane(before ?? lstatSync(path));
    return readOpened(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Fault ? error.message : unreadable(error) };
  }
}

/** The system's own sentence would quote the name as it is. */
function unreadable(error: unknown): string {
  return `cannot be read (${errnoOf(error)})`;
}

function readOpened(fd: number): SmFile {
  try {
    const stats = fstatSync(fd);
    refuseUnlessSane(stats);
    const bytes = Buffer.allocUnsafe(stats.size);
    const length = readSync(fd, bytes, 0, stats.size, 0);
    return { kind: 'file', stats, content: parseMonitorFile(bytes.subarray(0, length)) };
  } finally {
    closeSync(fd);
  }
}

function refuseUnlessSane(stats: Stats): void {
  if (!stats.isFile()) throw new Fault('malformed', `is ${whatIs(stats)}`);
  if (stats.size > SM_FILE_LIMIT) throw new Fault('malformed', `is too big (${stats.size} bytes)`);
}

function whatIs(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}
