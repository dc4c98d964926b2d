import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Disk } from '../../../lib/store/index.ts';
import { memoryDisk } from '../memory-disk.ts';
import type { Step } from '../power-cut/trace.ts';

export type Errno = 'EIO' | 'ENOSPC' | 'EROFS' | 'EACCES';

/**
 * What becomes of one call, and of no other: it fails with this errno and does nothing; `done`: it fails with EIO though
 * all of it was done, as over a network; `half`: a write that puts half of its bytes there and fails; `short`: one that
 * puts half of them there and says so.
 */
export type Misfortune = Errno | 'done' | 'half' | 'short';

/** A store's file system in memory, of which one call fails and that says what was done to it. */
export interface FaultyDisk {
  readonly disk: Disk;
  /** Calls so far. */
  readonly calls: () => number;
  /** What the one that went wrong was; null: none has. */
  readonly struck: () => string | null;
}

/**
 * @param at the number of the call that fails, from 0
 * @param told hears what each call has done to the directory, before its caller does
 */
export function faultyDisk(dir: string, at: number, how: Misfortune, told: (step: Step) => void): FaultyDisk {
  const inner = memoryDisk(null);
  let calls = 0;
  let struck: string | null = null;

  /** @param half what is left of the call where it is a write */
  const call = async <T>(
    name: string,
    act: () => Promise<T>,
    done: (result: T) => void,
    half?: () => Promise<T>,
  ): Promise<T> => {
    const torn = how === 'half' || how === 'short';
    const strikes = calls++ === at && !(torn && half === undefined);
    if (strikes) struck = name;
    if (!strikes || how === 'done' || torn) {
      const result = await (strikes && half !== undefined && torn ? half : act)();
      done(result);
      if (!strikes || how === 'short') return result;
    }
    throw Object.assign(new Error(how), { code: how === 'done' || how === 'half' ? 'EIO' : how });
  };

  const handleOf = (path: string, handle: FileHandle, isDirectory: boolean) => {
    const sync = (name: string, act: () => Promise<void>) =>
      call(name, act, () => told({ kind: isDirectory ? 'sync-directory' : 'sync-file', path })).catch(
        (error) => {
          // Of what was to be synced nobody knows anything any more, and a later sync that succeeds says nothing of it.
          if (!isDirectory) told({ kind: 'sync-failed', path });
          throw error;
        },
      );
    const write = (from: Buffer, start: number, length: number, offset: number) => {
      const part = (size: number) => () => handle.write(from, start, size, offset);
      const done = ({ bytesWritten }: { bytesWritten: number }) => {
        const bytes = Buffer.from(from.subarray(start, start + bytesWritten));
        told({ kind: 'write', path, offset, bytes });
      };
      return call('write', part(length), done, part(Math.ceil(length / 2)));
    };
    const truncate = (size: number) =>
      call(
        'truncate',
        () => handle.truncate(size),
        () => told({ kind: 'truncate', path, size }),
      );
    return {
      write,
      truncate,
      datasync: () => sync('fdatasync', () => handle.datasync()),
      sync: () => sync('fsync', () => handle.sync()),
      stat: () => call('stat', () => handle.stat(), nothing),
      readFile: (options: 'latin1') => call('read', () => handle.readFile(options), nothing),
      read: (...words: [Buffer, number, number, number]) =>
        call('read', () => handle.read(...words), nothing),
      close: () => handle.close(),
    } as unknown as FileHandle;
  };

  const disk = {
    open: async (path: string, flags: number, mode?: number) => {
      const creates = (flags & constants.O_CREAT) !== 0;
      const done = () => {
        if (creates) told({ kind: 'create', path });
      };
      const handle = await call(creates ? 'create' : 'open', () => inner.open(path, flags, mode), done);
      return handleOf(path, handle, (flags & constants.O_DIRECTORY) !== 0);
    },
    readdir: (path: string) => call('readdir', () => inner.readdir(path), nothing),
    lstat: (path: string) => call('lstat', () => inner.lstat(path), nothing),
    mkdir: (path: string, options: { mode: number }) =>
      call(
        'mkdir',
        () => inner.mkdir(path, options),
        () => told({ kind: 'mkdir', path: dir }),
      ),
    unlink: (path: string) =>
      call(
        'unlink',
        () => inner.unlink(path),
        () => told({ kind: 'unlink', path }),
      ),
  };
  return { disk: disk as unknown as Disk, calls: () => calls, struck: () => struck };
}

function nothing(): void {}
