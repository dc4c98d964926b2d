import { existsSync, rmSync } from 'node:fs';
import type { Owner } from '../convey/index.ts';
import { sentenceOf } from '../fault.ts';
import { lockFile } from '../node/file-lock.ts';
import type { NodeDirectory } from '../node/node-directory.ts';
import { adopted, claimEpoch, type Holder, resumed, type Store, type StoredFile } from '../store/index.ts';
import { notifyClients } from './notifier/index.ts';
import { Recovery } from './recovery.ts';
import type { NodeRecords } from './restart-round.ts';
import { NOTHING_TO_OPEN, NOTHING_TO_PLACE, type Trigger } from './triggers/index.ts';
import type { RecoveryWorld } from './world.ts';

/** The name of the lock store in which the duty is kept. */
const SERVICE = 'node';

/**
 * Makes durable that the clients in the node's `sm/` have to be told of a restart under the node's own names: whoever uses
 * an export that no service protects is among them. It is kept as a lock store in /run, so it outlives the keeper that
 * restarted the lock manager. The caller holds the node's lock.
 */
export async function recordDuty(node: NodeDirectory, holder: Holder, records: NodeRecords): Promise<void> {
  if (records.files.length === 0 && !existsSync(node.dutyStore)) return;
  const claim = await claimEpoch({ dir: node.dutyStore, service: SERVICE, holder });
  const base = adopted(claim.former, Date.now());
  const inherited = [...base.inherited, ...records.files];
  const stateNumber = Math.max(base.stateNumber ?? 0, records.stateNumber);
  const store = await claim.establish({ ...base, inherited, ledger: [], stateNumber });
  await store.close();
}

export interface NodeDutyOptions {
  readonly node: NodeDirectory;
  readonly holder: () => Holder;
  readonly nodeName: string;
  /** Addresses of the node that belong to no service. */
  readonly ownAddresses: () => Promise<readonly string[]>;
  readonly owner: Owner;
  readonly surroundings: Pick<
    RecoveryWorld,
    'lockManager' | 'isGraceOn' | 'graceTime' | 'localAddresses' | 'lacking' | 'resolver' | 'log'
  >;
}

/** Grace is on since the restart; the addresses were here all the time. */
const TELL: Trigger = { open: NOTHING_TO_OPEN, place: NOTHING_TO_PLACE, tell: notifyClients };

interface Running {
  readonly store: Store;
  readonly recovery: Recovery;
  readonly abort: AbortController;
}

/** Tells the clients of the node's unprotected exports where a restart has dropped their locks: one keeper of the node. */
export class NodeDuty {
  readonly #options: NodeDutyOptions;
  #running: Running | null = null;
  #looking = false;

  constructor(options: NodeDutyOptions) {
    this.#options = options;
  }

  /** Is there anybody to be told? */
  get open(): boolean {
    return existsSync(this.#options.node.dutyStore);
  }

  /** Takes the duty up where nobody has, and leaves it to whoever has restarted the lock manager once more. Never rejects. */
  async tick(): Promise<void> {
    if (this.#looking || !this.open) return;
    this.#looking = true;
    try {
      if (this.#running === null) await this.#takeUp();
      else if (!(await this.#running.store.isOwner())) this.#running.abort.abort();
    } catch (error) {
      this.#options.surroundings.log('duty-failed', { reason: sentenceOf(error) });
    } finally {
      this.#looking = false;
    }
  }

  /** statd wrote this file anew. */
  seen(file: StoredFile): void {
    this.#running?.recovery.notice(file);
  }

  /** Leaves it to another keeper. */
  stop(): void {
    this.#running?.abort.abort();
  }

  async #takeUp(): Promise<void> {
    const { node, surroundings } = this.#options;
    const release = await lockFile(node.dutyLock, 0);
    if (release === null) return;
    try {
      const store = await this.#claim();
      if (store === null) return await release();
      const recovery = new Recovery(await this.#world(store));
      const abort = new AbortController();
      this.#running = { store, recovery, abort };
      surroundings.log('duty', { clients: store.state.inherited.size });
      await recovery.prepare([]);
      void this.#fulfil(this.#running, release);
    } catch (error) {
      this.#running = null;
      await release();
      throw error;
    }
  }

  /**
   * Under the node's lock: while a restart is under way, grace is not on yet, and it may add to the duty. What is settled is
   * cleared away.
   */
  async #claim(): Promise<Store | null> {
    const { node, holder } = this.#options;
    const release = await lockFile(node.restartLock, 0);
    if (release === null) return null;
    try {
      const claim = await claimEpoch({ dir: node.dutyStore, service: SERVICE, holder: holder() });
      if (claim.former !== null && claim.former.inherited.size > 0)
        return await claim.establish(resumed(claim.former));
      await claim.abandon();
      rmSync(node.dutyStore, { recursive: true, force: true });
      return null;
    } finally {
      await release();
    }
  }

  async #fulfil({ store, recovery, abort }: Running, release: () => Promise<void>): Promise<void> {
    const { log } = this.#options.surroundings;
    try {
      log('duty-ended', { end: await recovery.run(abort.signal), trouble: recovery.trouble });
    } catch (error) {
      log('duty-failed', { reason: sentenceOf(error) });
    } finally {
      this.#running = null;
      await store.close();
      await release();
    }
  }

  async #world(store: Store): Promise<RecoveryWorld> {
    const { node, nodeName, ownAddresses, owner, surroundings } = this.#options;
    return {
      ...surroundings,
      service: { addresses: [...(await ownAddresses())], names: [nodeName], notifyPort: 0, graceEnd: 'full' },
      state: () => store.state,
      commit: (changes) => store.commit(changes),
      trigger: TELL,
      // The numbers of a duty lie below the one that is in statd's own state file since the restart.
      localStateNumber: async () => null,
      sm: null,
      conveyTo: { dir: node.dutyStatd, owner },
    };
  }
}
