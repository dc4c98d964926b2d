import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { errnoOf } from '../fault.ts';

/**
 * statd's `state` file: the host's NSM state number as a 4-byte integer in the machine's own byte order
 * (nfs-utils, support/nsm/file.c, nsm_get_state).
 * @returns null where there is no file, or too short a one (Debian ships an empty one)
 */
export async function readStateFile(path: string): Promise<number | null> {
  const bytes = Buffer.alloc(4);
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if ((await handle.read(bytes, 0, 4, 0)).bytesRead < 4) return null;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  return Number(new Int32Array(bytes.buffer, bytes.byteOffset, 1)[0]);
}

/** Replaces a `state` file as nfs-utils does, by a durable `state.new` that is renamed over it; mode 0644. */
export async function writeStateFile(path: string, number: number): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const handle = await open(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o644,
  );
  try {
    await handle.write(Buffer.from(Int32Array.of(number).buffer));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}
