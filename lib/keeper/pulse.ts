import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { Service } from '../node/service.ts';
import type { Change } from '../store/index.ts';
import type { AddressSeen } from './address-seen.ts';
import type { AtWork } from './identities.ts';
import type { Kept } from './kept.ts';
import { type CountersHere, noteLockCount } from './lock-count.ts';

export interface PulseOptions {
  readonly service: Service;
  readonly kept: Kept;
  readonly surroundings: CountersHere;
  readonly address: AddressSeen;
  /** Called after each beat that has come to its end. */
  readonly after: () => void;
  readonly log: Log;
}

/**
 * How often a keeper looks round, milliseconds. To be woken is most of what an idle process costs, so there is one clock
 * for all of it; the launcher knows how often it beats (valid).
 */
const PERIOD = 2000;

/**
 * What a keeper does again and again: it sees whether the service is still its own, whether the address, the lock manager
 * and rpc.statd are there and the same, what other keepers left undone, and who has left `sm/`. A beat that waits for the
 * storage is not begun again, and the callout and the watch never wait for it.
 */
export class Pulse {
  readonly #options: PulseOptions;
  #timer: NodeJS.Timeout | null = null;
  #owner = true;
  #resting = false;
  #beating = false;
  /** At most one question at a time: a storage that hangs must not collect them. */
  #checking: Promise<void> | null = null;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  /** Whether the service is this node's, as far as is known. */
  get owner(): boolean {
    return this.#owner;
  }

  start(): void {
    const { callout, capturing } = this.#options.kept;
    this.#timer = setInterval(() => {
      void callout.look();
      capturing.checkWatch();
      void this.#beat();
    }, PERIOD);
    void this.#beat();
  }

  /** Another node may claim the service: what goes on here now is no more of this keeper's business. */
  rest(): void {
    this.#resting = true;
  }

  stop(): void {
    clearInterval(this.#timer ?? undefined);
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    try {
      await this.#look();
      this.#options.after();
    } catch (error) {
      this.#options.log('tick-failed', { reason: sentenceOf(error) });
    }
    this.#beating = false;
  }

  async #look(): Promise<void> {
    const { service, kept, address } = this.#options;
    address.look();
    this.#checking ??= this.#checkOwnership();
    await kept.share.tick();
    if (this.#resting || !this.#owner) return;
    const working = await this.#attend();
    if (service.capture === 'watch') await kept.capturing.captureAndJudge(working);
  }

  /** Looks whether clients have to be told. @returns who is at work, for whoever judges removals. */
  async #attend(): Promise<AtWork> {
    const { service, surroundings, kept, log } = this.#options;
    const { store, writer, recovering, share } = kept;
    if (recovering.failed && store.state.inherited.size > 0)
      await recovering.begin([]).catch((error) => log('recovery-failed', { reason: sentenceOf(error) }));
    const found = await surroundings.atWork();
    const { lockManager, statd } = found;
    const working = share.working(found);
    const { holder } = store.state;
    const identity = lockManager?.identity ?? holder.lockManager;
    if (!share.restarting && (identity !== holder.lockManager || statd !== holder.statd)) {
      const change: Change = { type: 'holder', lockManager: identity, statd };
      const restarted = holder.lockManager !== null && identity !== holder.lockManager;
      if (!restarted) await writer.push([change]);
      else await this.#recoverInPlace(change);
    }
    if (!recovering.running) {
      await share.settled();
      await noteLockCount(service, kept, surroundings);
    }
    return working;
  }

  async #checkOwnership(): Promise<void> {
    const { store, capturing, recovering, nextOwner } = this.#options.kept;
    const before = this.#owner;
    // A storage that does not say is no reason to give up; nor does it say anything else.
    const standing = await store.standing().catch(() => null);
    this.#owner = before && standing !== 'claimed';
    if (standing !== null && this.#owner && !this.#resting) await nextOwner.look(standing === 'gone');
    this.#checking = null;
    if (this.#owner) return;
    if (before && !this.#resting) this.#options.log('lost');
    capturing.end();
    recovering.abort();
  }

  /** The lock manager restarted behind our back: whoever had locks is told, like after a failover. */
  async #recoverInPlace(holder: Change): Promise<void> {
    const { kept, log } = this.#options;
    const { store, writer, recovering } = kept;
    log('lock-manager-restarted');
    await recovering.breakOff();
    await writer.push([{ type: 'recovery-begun', at: Date.now() }, holder]);
    if (store.state.inherited.size > 0) await recovering.begin([]);
  }
}
