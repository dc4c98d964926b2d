import {
  type Glance,
  type Picture,
  RemovalJudge,
  settle,
  type Watch,
  watchPicture,
} from '../capture/index.ts';
import { sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import { NLM_VERSION } from '../node/lock-manager.ts';
import { type Change, clientsOf, type Holder, type StoredFile } from '../store/index.ts';
import type { AtWork } from './identities.ts';

export interface CapturingOptions {
  readonly picture: Picture;
  /** Who was at work when the store was written last. */
  readonly holder: Pick<Holder, 'lockManager' | 'statd'>;
  readonly atWork: () => Promise<AtWork>;
  readonly statdAnswers: () => Promise<boolean>;
  /** Makes changes durable; never rejects. */
  readonly push: (changes: readonly Change[]) => Promise<void>;
  /** Resolves when everything that was pushed before is durable. */
  readonly settled: () => Promise<void>;
  /** What it means for a recovery that statd wrote these lines of a file; goes into the same commit. */
  readonly seen: (file: StoredFile) => readonly Change[];
  readonly log: Log;
  /** How soon a file that is being written is looked at again if nothing calls for it, milliseconds. */
  readonly pause?: number;
}

/** statd fills a file within a millisecond of creating it; where it is watched, that is told. */
const PAUSE = 3;
/** How long files may be half-written at the last capture, milliseconds. */
const SETTLE_WITHIN = 200;

/** Brings the lock store up to date with statd's `sm/`. */
export class Capturing {
  readonly #options: CapturingOptions;
  readonly #judge: RemovalJudge;
  readonly #unprotected = new Set<string>();
  /** Versions of NLM for which somebody was monitored since the last judgement. */
  readonly #monitored = new Set<number>();
  #look: Glance | null = null;
  #watch: Watch | null = null;
  #under: Promise<void> | null = null;
  #again = false;
  /** Cuts the pause short that is made for a file that is being written. */
  #called = () => {};
  #ended = false;

  constructor(options: CapturingOptions) {
    this.#options = options;
    this.#judge = new RemovalJudge({ initial: options.holder });
  }

  /** Clients whose newest records are not durable yet. */
  get unprotected(): ReadonlySet<string> {
    return this.#unprotected;
  }

  /** What the last look found; null: there was none yet. */
  get look(): Glance | null {
    return this.#look;
  }

  /** From now on statd's writing leads to a capture at once, where that is wanted at that moment. */
  watch(wanted: () => boolean): void {
    const { log, picture } = this.#options;
    const wake = () => {
      if (wanted()) this.capture().catch((error) => log('capture-failed', { reason: sentenceOf(error) }));
    };
    this.#watch = watchPicture({ picture, wake });
  }

  /** Notices what the watch could not tell; to be called again and again. */
  checkWatch(): void {
    this.#watch?.check();
  }

  /**
   * Brings the store up to date; resolves when that is durable. Calls that come while one is under way share the
   * next one.
   */
  async capture(): Promise<void> {
    if (this.#under !== null) {
      this.#again = true;
      this.#called();
      return this.#under;
    }
    this.#under = this.#untilQuiet();
    try {
      await this.#under;
    } finally {
      this.#under = null;
    }
  }

  /**
   * For somebody who waits for clients of whom statd has written: resolves when all that there was in files of their names
   * is durable; null: in every file. A file that is half-written meanwhile is somebody else's. It takes a glance, unless
   * the watch was faster.
   */
  async captureNow(names: readonly string[] | null): Promise<void> {
    const { picture, settled } = this.#options;
    if (names === null) picture.agenda.touchAll();
    if (names === null || !names.every((name) => picture.stands(name))) {
      do void this.#record(await this.#glance());
      while (names === null && this.#look?.more);
    }
    // What an earlier glance found may still be on its way.
    await settled();
  }

  /**
   * A capture, and the removal of clients that were unmonitored while everything was healthy: by a fresh look only, and
   * a complete one.
   * @param working who is at work, where that was just seen: enough where nobody is absent, for the next one sees what has
   * changed since.
   */
  async captureAndJudge(working?: AtWork): Promise<void> {
    await this.capture();
    const answering = (this.#look as Glance).absent.length > 0 && (await this.#options.statdAnswers());
    // What went until it answered must not be overlooked.
    if (answering) await this.capture();
    const seen = this.#look?.absent.length === 0 ? working : undefined;
    const { lockManager, statd } = seen ?? (await this.#options.atWork());
    // Not the look of that capture: whoever was captured since then must not be removed after it.
    const { absent, present, more } = this.#look as Glance;
    if (more) return;
    const monitored = lockManager !== null && this.#monitored.has(NLM_VERSION[lockManager.kind]);
    this.#monitored.clear();
    const removed = this.#judge.observe({
      ...{ absent, present, monitored, answering },
      at: performance.now(),
      lockManager: lockManager?.identity ?? null,
      statd,
      stopping: this.#ended,
    });
    if (removed.length === 0) return;
    this.#options.log('removed', { clients: removed.length });
    await this.#options.push(removed.map((name) => ({ type: 'removed', name })));
    this.#options.picture.forget(removed);
  }

  /** Ends the watch: from now on no removal counts, and only last() captures. */
  end(): void {
    this.#ended = true;
    this.#watch?.close();
    this.#watch = null;
  }

  /** The last capture; resolves when it is durable. */
  async last(): Promise<void> {
    await this.#record(await settle(this.#options.picture, SETTLE_WITHIN));
  }

  async #untilQuiet(): Promise<void> {
    for (;;) {
      this.#again = false;
      const glance = await this.#glance();
      const { writing, more } = glance;
      // While it becomes durable, the next glance goes on.
      void this.#record(glance);
      if (more && !this.#ended) continue;
      await this.#options.settled();
      if (writing && !this.#again) await this.#pauseUnlessCalled();
      if (this.#ended || !(writing || this.#again)) return;
    }
  }

  #pauseUnlessCalled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.pause ?? PAUSE);
      this.#called = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #glance(): Promise<Glance> {
    const glance = await this.#options.picture.glance();
    for (const { version } of glance.monitored) this.#monitored.add(version);
    this.#look = glance;
    return glance;
  }

  async #record({ captured, anew }: Pick<Glance, 'captured' | 'anew'>): Promise<void> {
    const clients = [...clientsOf(captured).keys()];
    for (const client of clients) this.#unprotected.add(client);
    await this.#options.push([
      ...captured.map((file): Change => ({ type: 'captured', file })),
      ...anew.flatMap((file) => this.#options.seen(file)),
    ]);
    for (const client of clients) this.#unprotected.delete(client);
  }
}
