import { setTimeout as delay } from 'node:timers/promises';
import type { NlmLock, NlmStatus } from './nlm.ts';

/** How long the kernel waits for a server's call before it asks again: NLMCLNT_POLL_TIMEOUT of fs/lockd/clntproc.c. */
const ASK_AGAIN_AFTER_MS = 30_000;

/** One lock that an application of this machine waits for. */
interface Waiting {
  readonly lock: NlmLock;
  /** NLM4_BLOCKED as long as nothing was heard. */
  status: NlmStatus;
  wake: () => void;
}

/** The locks that are waited for at one server: nlm_blocked of fs/lockd/clntlock.c. */
export class BlockedLocks {
  readonly #waiting = new Set<Waiting>();

  /** From now on a server's call for this lock is taken: it may come before the answer to our question. */
  prepare(lock: NlmLock): Waiting {
    const waiting: Waiting = { lock, status: 'NLM4_BLOCKED', wake: () => undefined };
    this.#waiting.add(waiting);
    return waiting;
  }

  forget(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  /** nlmclnt_block: waits for the server's call, its restart, or the time to ask again. Rejects on abort. */
  async wait(waiting: Waiting, signal: AbortSignal): Promise<NlmStatus> {
    const over = new AbortController();
    const called = new Promise<void>((resolve) => {
      waiting.wake = resolve;
    });
    if (waiting.status === 'NLM4_BLOCKED') {
      const either = AbortSignal.any([signal, over.signal]);
      const askAgain = delay(ASK_AGAIN_AFTER_MS, undefined, { signal: either });
      try {
        await Promise.race([called, askAgain]);
      } finally {
        over.abort();
        askAgain.catch(() => undefined);
      }
    }
    const { status } = waiting;
    waiting.status = 'NLM4_BLOCKED';
    return status;
  }

  /** nlmclnt_grant: range, owner and file handle must be those of a lock that is waited for. */
  grant(granted: NlmLock): boolean {
    let found = false;
    for (const waiting of this.#waiting) {
      const { start, length, svid, handle } = waiting.lock;
      if (granted.start !== start || granted.length !== length || granted.svid !== svid) continue;
      if (!handle.equals(granted.handle)) continue;
      waiting.status = 'NLM4_GRANTED';
      waiting.wake();
      found = true;
    }
    return found;
  }

  /** The server restarted: everybody asks anew (the end of reclaimer() in fs/lockd/clntlock.c). */
  restarted(): void {
    for (const waiting of this.#waiting) {
      waiting.status = 'NLM4_DENIED_GRACE_PERIOD';
      waiting.wake();
    }
  }
}
