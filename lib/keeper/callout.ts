import {
  type CalledClient,
  CalloutDesk,
  type CalloutRecorder,
  makeCalloutDoor,
  recordCalled,
} from '../capture/index.ts';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import { ownerOf, type StatdDirectory } from '../nsm/statd-directory.ts';
import { printable } from '../printable.ts';
import type { Change, Store, StoredFile } from '../store/index.ts';
import type { Capturing } from './capturing.ts';
import type { Ownership } from './ownership.ts';

export interface CalloutOptions {
  /** The service's directory for the statd callout. */
  readonly path: string;
  readonly statd: StatdDirectory;
  readonly store: Pick<Store, 'state'>;
  readonly ownership: Pick<Ownership, 'confirmed'>;
  readonly capturing: Pick<Capturing, 'captureNow'>;
  /** Makes changes durable; never rejects. */
  readonly push: (changes: readonly Change[]) => Promise<void>;
  /** What it means for a recovery that statd wrote this file; goes into the same commit. */
  readonly seen: (file: StoredFile) => readonly Change[];
  readonly log: Log;
}

/** How many clients that were not found in `sm/` are named. */
const UNSEEN_NAMED = 5;
/**
 * Keeps a door open for the statd callout: made as soon as it is known who statd runs as, and again should it be
 * removed.
 */
export class Callout {
  readonly #options: CalloutOptions;
  #desk: CalloutDesk | null = null;
  #trouble: string | null = null;
  readonly #unseen = new Set<string>();
  /** What was recorded by the names alone that statd called with, by file name. */
  readonly #alone = new Map<string, StoredFile>();
  #opening: Promise<void> | null = null;
  #closed = false;

  constructor(options: CalloutOptions) {
    this.#options = options;
  }

  /**
   * Opens the door, or looks whether it is still there and at the spool; to be called again and again. Resolves when the
   * door is open, or known to have to wait; never rejects.
   */
  async look(): Promise<void> {
    if (this.#desk !== null && this.#desk.armed !== null) return this.#desk.workOff();
    this.#opening ??= this.#open();
    await this.#opening;
    this.#opening = null;
  }

  /** Why statd cannot ask us, and clients that it has asked for without having written a file that we see. */
  get problems(): readonly string[] {
    const { sm } = this.#options.statd;
    const unseen = [...this.#unseen].map((name) => `${name}: rpc.statd monitors it, but not in ${sm}`);
    return this.#trouble === null ? unseen : [`the statd callout cannot ask: ${this.#trouble}`, ...unseen];
  }

  /** Whether statd's callout was kept waiting for too long and does not wait for us until we have caught up. */
  get suspended(): boolean {
    return !this.#closed && this.#desk?.armed === false;
  }

  /** Clients that got their locks without our being waited for, and are not known to be durable. */
  get unprotected(): readonly string[] {
    return this.#desk?.unprotected ?? [];
  }

  close(): void {
    this.#closed = true;
    this.#desk?.close();
  }

  async #open(): Promise<void> {
    this.#desk?.close();
    this.#desk = null;
    const user = ownerOf(this.#options.statd);
    // rpc.statd takes the user that it runs as from there, so it cannot run yet.
    if (user === null) return;
    try {
      const door = await makeCalloutDoor(this.#options.path, user);
      if (this.#closed) return;
      const recorder = this.#recorder();
      const record = (clients: readonly CalledClient[]) => this.#record(clients, recorder);
      this.#desk = new CalloutDesk({ door, record, log: this.#options.log });
      this.#trouble = null;
    } catch (error) {
      this.#trouble = sentenceOf(error);
      return;
    }
    await this.#desk.workOff();
  }

  /** Whose file was not to be found when he came first has nothing but the call to tell that he has come again. */
  async #record(clients: readonly CalledClient[], recorder: CalloutRecorder): Promise<boolean> {
    const { push, seen } = this.#options;
    const again = clients.flatMap(({ monName }) => this.#alone.get(monName) ?? []);
    const durable = await recordCalled(clients, recorder);
    await push(again.flatMap((file) => seen(file)));
    return durable;
  }

  #recorder(): CalloutRecorder {
    const { store, ownership, capturing, push, seen } = this.#options;
    return {
      current: () => store.state.current,
      capture: (names) => capturing.captureNow(names),
      put: (file, anew) => {
        this.#alone.set(anew.name, anew);
        return push([{ type: 'captured', file }, ...seen(anew)]);
      },
      isOwner: () => ownership.confirmed(),
      unseen: ({ monName }) => this.#notSeen(monName),
    };
  }

  #notSeen(name: string): void {
    if (this.#unseen.size < UNSEEN_NAMED) this.#unseen.add(printable(name));
  }
}
