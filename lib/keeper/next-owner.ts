import { Fault, sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { Store } from '../store/index.ts';

type StoreToLeave = Pick<Store, 'checkAccess' | 'restore' | 'setRoomAside'>;

/** Every so many beats: neither changes every minute, and each look costs a call or two of the storage. */
const EVERY = 15;
/** Room is looked at in this beat of so many: not in the first ones, which are a recovery's. */
const ROOM_AT = 5;
/** A file system that was full is left alone for so many beats: what is tried takes room from others. */
const AGAIN_AFTER = 300;

/**
 * What the next owner of the lock store will need: files that are there, for he takes an empty store for that of a service
 * which starts for the first time, and tells nobody; files that he believes, for somebody may have gone over them with
 * `chmod -R` or `chown -R`; and room for his claim. It is better told now than by a failover that cannot start.
 */
export class NextOwner {
  /** Why he would refuse the store, and what to do; null: he would not, as far as is known. */
  refused: string | null = null;
  /** Why the store, which somebody has removed, could not be written anew; null: it is there, as far as is known. */
  gone: string | null = null;
  /** Why no room could be set aside; null: it is, or was not tried yet. */
  noRoom: string | null = null;
  readonly #store: StoreToLeave;
  readonly #log: Log;
  #beats = 0;
  #roomAfter = 0;
  #setting = false;

  constructor(store: StoreToLeave, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /**
   * Looks, once in a while; to be called with each beat. Room is made while others go on. Never rejects.
   * @param isGone whether the store is not there any more: then it is written anew at once
   */
  async look(isGone: boolean): Promise<void> {
    if (isGone) return this.#restore();
    this.gone = null;
    this.#beats += 1;
    if (this.#beats % EVERY === 1) await this.#lookAtAccess();
    if (this.#beats % EVERY === ROOM_AT && this.#beats > this.#roomAfter && !this.#setting)
      void this.#setRoomAside();
  }

  async #restore(): Promise<void> {
    try {
      await this.#store.restore();
      this.#log('store-restored');
      this.gone = null;
    } catch (error) {
      this.gone = sentenceOf(error);
    }
  }

  async #lookAtAccess(): Promise<void> {
    try {
      await this.#store.checkAccess();
      this.refused = null;
    } catch (error) {
      if (error instanceof Fault && error.code === 'not-ours') this.refused = sentenceOf(error);
    }
  }

  async #setRoomAside(): Promise<void> {
    this.#setting = true;
    try {
      await this.#store.setRoomAside();
      this.noRoom = null;
    } catch (error) {
      this.noRoom = sentenceOf(error);
      this.#roomAfter = this.#beats + AGAIN_AFTER;
    }
    this.#setting = false;
  }
}
