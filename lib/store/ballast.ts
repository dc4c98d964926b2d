import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';
import { onFile, syncDirectory } from './disk.ts';
import type { Place } from './place.ts';

/** A file that holds room for a claim on a full file system. No journal has such a name. */
const BALLAST = 'ballast';

/** It is made twice as large as what a claim writes, bytes, so that a store that grows a little finds it large enough. */
const LEAST = 512 * 1024;
const CHUNK = 256 * 1024;
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);
const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Runs a step of a claim; where the file system is full, again, with the room that was set aside. */
export async function withRoom<T>({ disk, dir }: Place, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof Fault && FULL.has(errnoOf(error.facts.cause)))) throw error;
    const given = await disk.unlink(join(dir, BALLAST)).then(
      () => true,
      () => false,
    );
    if (!given) throw error;
    // Some file systems have the room back only when that is written down.
    await syncDirectory(disk, dir);
    return step();
  }
}

/**
 * Sets room aside for a claim of so many bytes, unless it is.
 * @param turn runs each step when no other one of the store is under way
 * @throws Fault `failed` where there is none; what was made is removed then
 */
export async function setRoomAside(
  { disk, dir }: Place,
  size: number,
  turn: <T>(step: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const path = join(dir, BALLAST);
  const wanted = Math.max(LEAST, size);
  const there = await turn(() => disk.lstat(path)).catch(() => null);
  if (there !== null && there.size >= wanted) return;
  await onFile(path, 'set room aside in', async () => {
    // One that is too small, or was being made when its owner died.
    if (there !== null) await turn(() => disk.unlink(path));
    const handle = await turn(() => disk.open(path, EXCLUSIVE, 0o600));
    try {
      for (let done = 0; done < 2 * wanted; ) {
        // What could be compressed would hold no room.
        const { bytesWritten } = await turn(() => handle.write(randomBytes(CHUNK), 0, CHUNK, done));
        await turn(() => handle.datasync());
        done += bytesWritten;
      }
    } catch (error) {
      await turn(() => disk.unlink(path)).catch(() => undefined);
      throw error;
    } finally {
      await turn(() => handle.close());
    }
  });
}
