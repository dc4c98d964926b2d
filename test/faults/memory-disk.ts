import { constants } from 'node:fs';
import { basename } from 'node:path';
import type { Disk } from '../../../lib/store/index.ts';
import type { Remains } from './crash-model.ts';

/** What fs throws, as far as the store looks at it. */
function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** One directory in memory, as the store's file system: tens of thousands of states are tried on it. */
export function memoryDisk(remains: Remains): Disk {
  let files = remains === null ? null : new Map(remains);
  const uid = Number(process.geteuid?.());
  const stats = (directory: boolean) => ({
    ...{ uid, mode: 0o700, isFile: () => !directory, isDirectory: () => directory },
    isSymbolicLink: () => false,
  });
  const there = () => {
    if (files === null) throw errno('ENOENT');
    return files;
  };
  const handle = (name: string) => {
    const bytes = () => there().get(name) ?? Buffer.alloc(0);
    return {
      stat: async () => stats(false),
      readFile: async () => bytes().toString('latin1'),
      read: async (buffer: Buffer, _: number, length: number) => {
        return { buffer, bytesRead: bytes().copy(buffer, 0, 0, length) };
      },
      write: async (from: Buffer, start: number, length: number, position: number) => {
        const before = bytes();
        const after = Buffer.alloc(Math.max(before.length, position + length));
        before.copy(after);
        from.copy(after, position, start, start + length);
        there().set(name, after);
        return { bytesWritten: length };
      },
      truncate: async (size: number) => void there().set(name, bytes().subarray(0, size)),
      ...{ datasync: async () => undefined, sync: async () => undefined, close: async () => undefined },
    };
  };
  const open = async (path: string, flags: number) => {
    if ((flags & constants.O_DIRECTORY) !== 0) return handle('.');
    const name = basename(path);
    if ((flags & constants.O_CREAT) === 0 && !there().has(name)) throw errno('ENOENT');
    if ((flags & constants.O_EXCL) !== 0) {
      if (there().has(name)) throw errno('EEXIST');
      there().set(name, Buffer.alloc(0));
    }
    return handle(name);
  };
  const disk = {
    open,
    readdir: async () => [...there().keys()],
    lstat: async () => {
      there();
      return stats(true);
    },
    mkdir: async () => {
      if (files !== null) throw errno('EEXIST');
      files = new Map();
    },
    unlink: async (path: string) => void there().delete(basename(path)),
  };
  return disk as unknown as Disk;
}
