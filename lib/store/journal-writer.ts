import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import { type Disk, onFile, syncDirectory } from './disk.ts';
import { encodeEntry, type Header } from './entry.ts';
import { type JournalId, journalName } from './journal-name.ts';

const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** One journal that this process made and writes. */
export class JournalWriter {
  readonly id: JournalId;
  readonly path: string;
  /** Its inode number: whether the file of this name is still the one that is written. */
  readonly ino: number;
  readonly #disk: Disk;
  readonly #handle: FileHandle;
  #size = 0;
  #sound = true;

  private constructor(
    disk: Disk,
    handle: FileHandle,
    { id, path, ino }: Pick<JournalWriter, 'id' | 'path' | 'ino'>,
  ) {
    this.id = id;
    this.path = path;
    this.ino = ino;
    this.#disk = disk;
    this.#handle = handle;
  }

  /** Makes the journal that a header names, durable with its header; null: it is there already. */
  static async create(disk: Disk, dir: string, header: Header): Promise<JournalWriter | null> {
    const path = join(dir, journalName(header));
    const handle = await onFile(path, 'create', () => openNew(disk, path));
    if (handle === null) return null;
    const { epoch, generation } = header;
    const ino = await inodeOf(disk, path, handle);
    const journal = new JournalWriter(disk, handle, { id: { epoch, generation }, path, ino });
    try {
      await journal.append(encodeEntry({ type: 'header', header }));
      await syncDirectory(disk, dir);
    } catch (error) {
      await journal.discard();
      throw error;
    }
    return journal;
  }

  /**
   * False once it is unknown what the file holds: an fsync failed (the kernel then forgets what it could not
   * write, and a second fsync says nothing), or a failed write could not be taken back. Nothing may follow.
   */
  get sound(): boolean {
    return this.#sound;
  }

  /** Writes lines at the end and makes them durable. What fails is taken back, so that nothing glues to it. */
  async append(text: string): Promise<void> {
    await this.write(text);
    await this.sync();
  }

  /** How long it is, bytes. */
  get size(): number {
    return this.#size;
  }

  /** Writes lines at the end, durable with the next sync. */
  async write(text: string): Promise<void> {
    if (!this.#sound) throw new Fault('failed', `${printable(this.path)} can no longer be written`);
    const bytes = Buffer.from(text, 'latin1');
    await onFile(this.path, 'write', async () => {
      try {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await this.#handle.write(
            bytes,
            done,
            bytes.length - done,
            this.#size + done,
          );
          done += bytesWritten;
        }
      } catch (error) {
        await this.#takeBack();
        throw error;
      }
    });
    this.#size += bytes.length;
  }

  async sync(): Promise<void> {
    await onFile(this.path, 'sync', async () => {
      try {
        await this.#handle.datasync();
      } catch (error) {
        this.#sound = false;
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }

  /** Gives the journal up: it never held anything that was promised. */
  async discard(): Promise<void> {
    await this.close();
    await this.#disk.unlink(this.path).catch(() => undefined);
  }

  async #takeBack(): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
      await this.#handle.datasync();
    } catch {
      this.#sound = false;
    }
  }
}

/** That of a file which was just made. @throws Fault `failed`; then it is closed and removed again */
async function inodeOf(disk: Disk, path: string, handle: FileHandle): Promise<number> {
  try {
    return Number((await onFile(path, 'look at', () => disk.lstat(path))).ino);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await disk.unlink(path).catch(() => undefined);
    throw error;
  }
}

async function openNew(disk: Disk, path: string): Promise<FileHandle | null> {
  try {
    return await disk.open(path, EXCLUSIVE, 0o600);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return null;
    throw error;
  }
}
