import { join } from 'node:path';
import type { Guest } from './guest.ts';
import type { GuestProcess } from './guest-process.ts';
import { LAB_SOURCES } from './project.ts';

export interface Range {
  readonly file: string;
  /** First byte, default 0. */
  readonly start?: number;
  /** Bytes, default 1. */
  readonly length?: number;
}

export interface LockAnswer {
  readonly ok: boolean;
  /** The errno's name where it failed: EAGAIN is "somebody else holds it". */
  readonly error?: string;
  /** Milliseconds that the system call took. */
  readonly ms: number;
}

/** A process on a client that takes and holds POSIX locks (guest/locks.py). One request at a time. */
export class LockProcess {
  readonly #process: GuestProcess;

  private constructor(process: GuestProcess) {
    this.#process = process;
  }

  static start(guest: Guest): LockProcess {
    return new LockProcess(guest.start(['python3', join(LAB_SOURCES, 'guest', 'locks.py')]));
  }

  async #ask<T extends LockAnswer>(order: object, timeout = 300_000): Promise<T> {
    this.#process.write(`${JSON.stringify(order)}\n`);
    return JSON.parse(await this.#process.nextLine(timeout)) as T;
  }

  /** F_SETLK. While the server is in grace, a client's kernel holds the answer back until it is over. */
  lock(range: Range, mode: 'write' | 'read' = 'write'): Promise<LockAnswer> {
    return this.#ask({ op: 'lock', mode, ...range });
  }

  /** F_SETLKW: waits until the lock is granted, or the time-out in milliseconds. */
  lockWait(range: Range, timeout: number): Promise<LockAnswer> {
    return this.#ask({ op: 'lock', wait: true, ...range }, timeout);
  }

  /** `count` write locks of `length` bytes, `stride` bytes apart. */
  lockMany(range: Range, count: number, stride: number): Promise<LockAnswer & { readonly got?: number }> {
    return this.#ask({ op: 'many', count, stride, ...range });
  }

  unlock(range: Range): Promise<LockAnswer> {
    return this.#ask({ op: 'unlock', ...range });
  }

  /** F_GETLK: could the range be locked? */
  test(range: Range): Promise<LockAnswer & { readonly free?: boolean }> {
    return this.#ask({ op: 'test', ...range });
  }

  /** heldLocks() without a new process on the node, for those who look often. */
  async held(directory: string): Promise<HeldLock[]> {
    const answer = await this.#ask<LockAnswer & { readonly device?: string; readonly locks?: string }>({
      ...{ op: 'held', file: directory },
    });
    if (!answer.ok) throw new Error(`the locks under ${directory} cannot be seen: ${answer.error}`);
    return parseLocks(answer.locks ?? '', answer.device ?? '', 'POSIX');
  }

  /** Kills the process; its kernel then releases its locks. */
  async end(): Promise<void> {
    this.#process.signal(9);
    await this.#process.finished;
  }
}

/** `FLOCK`: as a client's kernel lists those of flock(2); on a server, a client's are POSIX locks all the same. */
export type LockKind = 'POSIX' | 'FLOCK';

/** One line of /proc/locks: a lock that is held (not one that waits). */
export interface HeldLock {
  readonly mode: 'READ' | 'WRITE';
  readonly inode: number;
  readonly start: number;
  /** Last byte; Infinity to the end of the file. */
  readonly end: number;
}

/**
 * The locks, POSIX locks unless told, that a node's kernel holds on the file system mounted at `directory`: on a server those of its
 * clients, on a client what its own processes believe to hold. Format: fs/locks.c lock_get_status().
 */
export async function heldLocks(
  guest: Guest,
  directory: string,
  kind: LockKind = 'POSIX',
): Promise<HeldLock[]> {
  const text = await guest.sh(`stat -c '%Hd %Ld' ${directory} && cat /proc/locks`);
  const [device = '', ...lines] = text.split('\n');
  const wanted = device.split(' ').map((each) => Number(each).toString(16).padStart(2, '0'));
  return parseLocks(lines.join('\n'), wanted.join(':'), kind);
}

/** @param device `MAJOR:MINOR`, hexadecimal, as /proc/locks has them. */
function parseLocks(table: string, device: string, wanted: LockKind): HeldLock[] {
  return table.split('\n').flatMap((line) => {
    const held = /^\d+: (\w+) +\S+ +(READ|WRITE) +-?\d+ ([\da-f]+:[\da-f]+):(\d+) (\d+) (\d+|EOF)/.exec(line);
    if (held?.[1] !== wanted || held[3] !== device) return [];
    return [
      {
        mode: held[2] as HeldLock['mode'],
        inode: Number(held[4]),
        start: Number(held[5]),
        end: held[6] === 'EOF' ? Number.POSITIVE_INFINITY : Number(held[6]),
      },
    ];
  });
}
