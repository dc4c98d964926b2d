import { constants } from 'node:fs';
import { basename } from 'node:path';
import type { Disk } from '../../lib/store/index.ts';

/** A file; who has it open still has it when its name is gone. */
interface Inode {
  bytes: Buffer;
  readonly ino: number;
}

/** What fs throws, as far as the store looks at it. */
function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/**
 * One directory in memory, as the store's file system: tens of thousands of states are tried on it. What several
 * processes do to it they do through one of these.
 * @param content name to content; null: the directory is not there yet.
 */
export function memoryDisk(content: ReadonlyMap<string, Buffer> | null): Disk {
  let newest = 1;
  const newInode = () => {
    newest += 1;
    return newest;
  };
  let files =
    content &&
    new Map([...content].map(([name, bytes]): [string, Inode] => [name, { bytes, ino: newInode() }]));
  const uid = Number(process.geteuid?.());
  const stats = (directory: boolean, ino = 1) => ({
    ...{ uid, ino, dev: 1, mode: 0o700, isFile: () => !directory, isDirectory: () => directory },
    isSymbolicLink: () => false,
  });
  const there = () => {
    if (files === null) throw errno('ENOENT');
    return files;
  };
  const handle = (inode: Inode) => ({
    stat: async () => stats(false, inode.ino),
    readFile: async () => inode.bytes.toString('latin1'),
    read: async (buffer: Buffer, _: number, length: number) => {
      return { buffer, bytesRead: inode.bytes.copy(buffer, 0, 0, length) };
    },
    write: async (from: Buffer, start: number, length: number, position: number) => {
      const after = Buffer.alloc(Math.max(inode.bytes.length, position + length));
      inode.bytes.copy(after);
      from.copy(after, position, start, start + length);
      inode.bytes = after;
      return { bytesWritten: length };
    },
    truncate: async (size: number) => {
      inode.bytes = inode.bytes.subarray(0, size);
    },
    ...{ datasync: async () => undefined, sync: async () => undefined, close: async () => undefined },
  });
  const open = async (path: string, flags: number) => {
    if ((flags & constants.O_DIRECTORY) !== 0) return handle({ bytes: Buffer.alloc(0), ino: 1 });
    const name = basename(path);
    const found = there().get(name);
    if (found !== undefined && (flags & constants.O_EXCL) !== 0) throw errno('EEXIST');
    if (found !== undefined) return handle(found);
    if ((flags & constants.O_CREAT) === 0) throw errno('ENOENT');
    const made: Inode = { bytes: Buffer.alloc(0), ino: newInode() };
    there().set(name, made);
    return handle(made);
  };
  const disk = {
    open,
    readdir: async () => [...there().keys()],
    lstat: async (path: string) => {
      const name = basename(path);
      if (!name.endsWith('.journal')) return there() && stats(true);
      const found = there().get(name);
      if (found === undefined) throw errno('ENOENT');
      return stats(false, found.ino);
    },
    mkdir: async () => {
      if (files !== null) throw errno('EEXIST');
      files = new Map();
    },
    unlink: async (path: string) => {
      if (!there().delete(basename(path))) throw errno('ENOENT');
    },
  };
  return disk as unknown as Disk;
}
