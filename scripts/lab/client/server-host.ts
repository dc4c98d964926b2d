import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BlockedLocks } from './blocked-locks.ts';
import type { EventLog } from './event-log.ts';
import { describe, type HeldLock } from './held-lock.ts';
import {
  cancelArgs,
  lockArgs,
  NLM,
  NLM_PROC,
  type NlmLock,
  type NlmStatus,
  readStatus,
  readTest,
  testArgs,
  unlockArgs,
} from './nlm.ts';
import { HardRpc } from './rpc-hard.ts';
import { COOKIE_BYTES, monitor, type Reboot } from './statd.ts';

/** How a lock is asked for. */
export interface Asking {
  /** Claims that the lock was held before the server restarted. */
  readonly reclaim: boolean;
  /** Asks the server to call back when the lock becomes free, and waits for that. */
  readonly block: boolean;
  /** The refusals after which the question is repeated. */
  readonly retryOn: readonly NlmStatus[];
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/** A server that does not take an answer by then asks again, or gives up. */
const RESULT_WITHIN_MS = 2000;
type How = Parameters<typeof lockArgs>[1];

/** How long the kernel waits when a server is in grace: NLMCLNT_GRACE_WAIT of fs/lockd/clntproc.c. */
export const GRACE_WAIT_MS = 5000;

/**
 * One NFS server as the client's lockd knows it: the nlm_host and nsm_handle of the kernel. It follows
 * fs/lockd/clntproc.c (locks) and fs/lockd/clntlock.c (nlmclnt_recovery, reclaimer).
 */
export class ServerHost {
  readonly address: string;
  /** How statd and the server are told apart from others: the name that statd is given. */
  readonly monName: string;
  /** What statd hands back to us; it lives as long as this host. */
  readonly cookie = randomBytes(COOKIE_BYTES);
  readonly #myName: string;
  readonly #events: EventLog;
  readonly #nlm: HardRpc;
  #monitored: Promise<number> | undefined;
  #granted: HeldLock[] = [];
  #lost: HeldLock[] = [];
  /** The NSM state number that the server announced last; 0 before it announced any. */
  #state = 0;
  #incarnation = 0;
  #recovery: Promise<void> | undefined;
  #reclaimQueue: HeldLock[] = [];
  readonly #blocked = new BlockedLocks();

  constructor(address: string, monName: string, myName: string, events: EventLog) {
    this.address = address;
    this.monName = monName;
    this.#myName = myName;
    this.#events = events;
    this.#nlm = new HardRpc(address, NLM.program, NLM.version, myName, (responding) =>
      events.add(responding ? 'server-responds-again' : 'server-not-responding', { monName }),
    );
  }

  /** Every lock that an application believes in, in the order of the grants as far as lockd knows them. */
  get believed(): readonly HeldLock[] {
    return [...this.#reclaimQueue, ...this.#granted, ...this.#lost];
  }

  report() {
    const { address, monName } = this;
    const recovering = this.#recovery !== undefined;
    return { address, monName, cookie: this.cookie.toString('hex'), state: this.#state, recovering };
  }

  /**
   * Asks for a lock until the server grants it or refuses it for good (nlmclnt_lock).
   * Rejects when statd does not monitor the server: without that, the kernel asks for no lock (ENOLCK).
   */
  async acquire(held: HeldLock, asking: Asking): Promise<NlmStatus> {
    const myState = await this.#monitor();
    for (;;) {
      const incarnation = this.#incarnation;
      const how = { reclaim: asking.reclaim, block: asking.block, state: myState };
      const status = asking.block
        ? await this.#lockBlocking(held.lock, how, asking.signal)
        : await this.#lock(held.lock, how, asking.signal);
      if (status === 'NLM4_GRANTED') {
        // The server restarted after it granted this: it has forgotten it.
        if (incarnation !== this.#incarnation) continue;
        held.grantedAt = Date.now();
        this.#granted.push(held);
        return status;
      }
      if (!asking.retryOn.includes(status)) return status;
      await delay(asking.retryMs, undefined, { signal: asking.signal });
    }
  }

  /** Releases a lock, lost or not: the application that believes in it knows no better. */
  async release(held: HeldLock, signal: AbortSignal): Promise<NlmStatus> {
    await this.#recovery;
    this.#granted = this.#granted.filter((other) => other !== held);
    this.#lost = this.#lost.filter((other) => other !== held);
    for (;;) {
      const status = readStatus(await this.#nlm.call(NLM_PROC.unlock, unlockArgs(held.lock), signal));
      if (status !== 'NLM4_DENIED_GRACE_PERIOD') return status;
      await delay(GRACE_WAIT_MS, undefined, { signal });
    }
  }

  /** A server's call from this address: a lock that was waited for is ours. @returns whether it is one of ours */
  onGranted(lock: NlmLock, from: string): boolean {
    // nlmclnt_grant of fs/lockd/clntlock.c: from another address it is no answer to our question.
    return from === this.address && this.#blocked.grant(lock);
  }

  /** The answer to its NLM4_GRANTED_MSG, before anything that the application says next. */
  sendResult(result: Buffer): void {
    const signal = AbortSignal.timeout(RESULT_WITHIN_MS);
    this.#nlm.call(NLM_PROC.grantedResult, result, signal).catch(() => undefined);
  }

  async test(lock: NlmLock, signal: AbortSignal) {
    return readTest(await this.#nlm.call(NLM_PROC.test, testArgs(lock), signal));
  }

  /** statd's word that this server restarted. The number that was announced last says nothing new. */
  onReboot({ state }: Reboot): boolean {
    if (state === this.#state) return false;
    this.#state = state;
    this.#incarnation += 1;
    // Not before statd has its answer.
    this.#recovery ??= Promise.resolve()
      .then(() => this.#recover())
      .finally(() => {
        this.#recovery = undefined;
      });
    return true;
  }

  #monitor(): Promise<number> {
    this.#monitored ??= monitor(this.monName, this.#myName, this.cookie).then(
      (myState) => {
        this.#events.add('monitored', { monName: this.monName, myState });
        return myState;
      },
      (error: unknown) => {
        this.#monitored = undefined;
        throw error;
      },
    );
    return this.#monitored;
  }

  /** nlmclnt_lock: asks, and asks again, until the server grants the lock or refuses it. */
  async #lockBlocking(lock: NlmLock, how: How, signal: AbortSignal): Promise<NlmStatus> {
    const waiting = this.#blocked.prepare(lock);
    try {
      for (;;) {
        let status = await this.#lock(lock, how, signal);
        if (status !== 'NLM4_BLOCKED') return status;
        this.#events.add('blocked', { monName: this.monName, svid: lock.svid });
        status = await this.#blocked.wait(waiting, signal);
        if (status !== 'NLM4_BLOCKED') return status;
      }
    } catch (error) {
      this.#nlm.call(NLM_PROC.cancel, cancelArgs(lock)).catch(() => undefined);
      throw error;
    } finally {
      this.#blocked.forget(waiting);
    }
  }

  async #lock(lock: NlmLock, how: How, signal?: AbortSignal): Promise<NlmStatus> {
    try {
      return readStatus(await this.#nlm.call(NLM_PROC.lock, lockArgs(lock, how), signal));
    } catch (error) {
      // Whoever asked has gone, but the server may grant it all the same.
      if (signal?.aborted) this.#nlm.call(NLM_PROC.unlock, unlockArgs(lock)).catch(() => undefined);
      throw error;
    }
  }

  async #recover(): Promise<void> {
    let incarnation: number;
    do {
      incarnation = this.#incarnation;
      // The server's lockd is most likely at another port now, or on another machine.
      this.#nlm.rebind();
      this.#reclaimQueue.unshift(...this.#granted.splice(0));
      for (const held of this.#reclaimQueue) held.inLockd = 'reclaiming';
      this.#events.add('reclaim-started', { monName: this.monName, locks: this.#reclaimQueue.length });
      await this.#reclaimQueued(incarnation);
    } while (incarnation !== this.#incarnation);
    this.#blocked.restarted();
    const [granted, lost] = [this.#granted.length, this.#lost.length];
    this.#events.add('reclaim-ended', { monName: this.monName, granted, lost });
  }

  /** One after another, each asked once: a refusal ends that lock, whatever the reason (nlmclnt_reclaim). */
  async #reclaimQueued(incarnation: number): Promise<void> {
    for (
      let [held] = this.#reclaimQueue;
      held && incarnation === this.#incarnation;
      [held] = this.#reclaimQueue
    ) {
      this.#events.add('reclaim-sent', describe(held));
      const how = { reclaim: true, block: false, state: await this.#monitor() };
      const status = await this.#lock(held.lock, how).catch(() => 'NLM4_FAILED' as const);
      this.#reclaimQueue.shift();
      this.#events.add(status === 'NLM4_GRANTED' ? 'reclaim-granted' : 'reclaim-refused', {
        status,
        ...describe(held),
      });
      if (status === 'NLM4_GRANTED') {
        held.inLockd = 'granted';
        held.reclaims += 1;
        held.reclaimedAt = Date.now();
        this.#granted.push(held);
      } else {
        held.inLockd = 'lost';
        held.lostBecause = status;
        this.#lost.push(held);
      }
    }
  }
}
