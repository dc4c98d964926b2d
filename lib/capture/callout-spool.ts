import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { CalloutDoor } from './callout-door.ts';
import { type CalloutRequest, parseCalloutRequest } from './callout-line.ts';

/** What comes at a time and is more than this, bytes, is not gone through: it is hardly the callout that has written it. */
const READ_LIMIT = 4 << 20;

/**
 * What the statd callout left for us, and the word that lets it wait for us again. Synchronous: /run is memory, and a
 * thread of libuv's pool may be stuck in a storage that hangs. What is in the files is statd's user's to say.
 */
export class CalloutSpool {
  readonly #door: CalloutDoor;
  /** Bytes that were read. */
  #read = 0;

  constructor(door: CalloutDoor) {
    this.#door = door;
  }

  /** Whether the callout waits for us. @throws the system's error where that cannot be said. */
  get armed(): boolean {
    return sizeOf(this.#door.armed) > 0;
  }

  /** Whether there is something that read() has not given yet. @throws as armed */
  get behind(): boolean {
    return sizeOf(this.#door.spool) > this.#read;
  }

  /** The lines that came since the last call; null for what is none of the callout's. @throws as armed */
  read(): (CalloutRequest | null)[] {
    if (!this.behind) return [];
    const text = onFile(this.#door.spool, constants.O_RDONLY, (fd) => this.#textFrom(fd));
    if (text === null) return [null];
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(parseCalloutRequest);
  }

  /** Lets the callout wait for us again. @throws as armed */
  arm(): void {
    onFile(this.#door.armed, constants.O_WRONLY, (fd) => writeSync(fd, 'yes\n', 0));
  }

  /** Keeps the callout from waiting for us. @throws as armed */
  disarm(): void {
    onFile(this.#door.armed, constants.O_WRONLY, (fd) => ftruncateSync(fd));
  }

  /** Empties the spool: only after arm(), and when nothing that came before that is unread. @throws as armed */
  empty(): void {
    onFile(this.#door.spool, constants.O_WRONLY, (fd) => ftruncateSync(fd));
    this.#read = 0;
  }

  /** @returns null where it is too much to go through; then it is passed over. */
  #textFrom(fd: number): string | null {
    const unread = Math.max(0, fstatSync(fd).size - this.#read);
    if (unread > READ_LIMIT) {
      this.#read += unread;
      return null;
    }
    const bytes = Buffer.allocUnsafe(unread);
    const length = readSync(fd, bytes, 0, unread, this.#read);
    this.#read += length;
    return bytes.toString('latin1', 0, length);
  }
}

/** Asked again and again, and hardly ever with more than nothing: it is not opened for that. A link holds nothing. */
function sizeOf(path: string): number {
  const stats = lstatSync(path);
  return stats.isFile() ? stats.size : 0;
}

function onFile<T>(path: string, flags: number, act: (fd: number) => T): T {
  const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return act(fd);
  } finally {
    closeSync(fd);
  }
}
