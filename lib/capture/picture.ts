import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { MonitorRecord } from '../nsm/monitor-record.ts';
import { smStats } from '../nsm/sm-file.ts';
import type { StatdDirectory } from '../nsm/statd-directory.ts';
import { Serial } from '../serial.ts';
import type { StoredFile } from '../store/index.ts';
import { Agenda } from './agenda.ts';
import { examine, isAsSeen, type Seen, unseen } from './examine.ts';
import type { Glance, Look } from './look.ts';
import { GONE } from './monitored.ts';
import { isRacy, stampOf } from './place.ts';
import { Uncertain } from './uncertain.ts';

export interface PictureOptions {
  readonly directory: StatdDirectory;
  /** What the store holds already: reported only where `sm/` says otherwise. */
  readonly known?: Iterable<StoredFile>;
  /** Whether it was seen in this very directory: what is not there then is absent. */
  readonly knownHere?: boolean;
  /** How long a file may be half-written before that is a problem, in ms. */
  readonly patience?: number;
  /** Lines in `sm/` that are not statd's. */
  readonly exempt?: Exempt;
  /** Told how many names have been examined since the beginning. */
  readonly onExamined?: (names: number) => void;
}

/** Knows which lines in `sm/` are not statd's, and is told what becomes of them. */
export interface Exempt {
  /** Before a name is examined that may not be there. */
  refresh(): void;
  /** What of these files statd wrote. */
  written(files: readonly StoredFile[]): StoredFile[];
  /** These names are not there. */
  gone(names: readonly string[]): void;
}

/** A name, and where it was seen last. */
interface Known extends Seen {
  /** The identity of that directory; null: not seen yet, or it may have gone elsewhere than from there since. */
  place: string | null;
}

/** How long a glance takes, in ms: then others get their turn, and what has been captured can become durable. */
const SLICE = 4;
const PATIENCE = 1000;
const MISSING: Glance = {
  ...{ captured: [], monitored: [], anew: [], absent: [], present: 0, problems: [] },
  ...{ directory: 'missing', writing: false, more: false },
};

/** What a look has found so far. */
interface Found {
  readonly captured: StoredFile[];
  readonly monitored: MonitorRecord[];
  readonly anew: StoredFile[];
  readonly goneNow: Known[];
  /** Whether it is known by now what others have placed. */
  refreshed: boolean;
}

/**
 * A picture of statd's `sm/`, kept up to date at a cost that follows what has changed: an unchanged directory
 * costs two stats; with a watch (watchPicture) only what was touched is looked at. Where all of it has to be looked at,
 * that is done a little at a time, so that a new client never waits for 100 000 old ones.
 */
export class Picture {
  readonly directory: StatdDirectory;
  /** Which names the next look examines; a watch feeds it. */
  readonly agenda: Agenda;
  readonly #patience: number;
  readonly #exempt: Exempt | undefined;
  readonly #onExamined: (names: number) => void;
  #examined = 0;
  readonly #serial = new Serial();
  readonly #known = new Map<string, Known>();
  readonly #absent = new Map<string, Known>();
  readonly #uncertain = new Uncertain();
  /** Names that have problems. */
  readonly #troubled = new Map<string, Known>();
  /** `sm.bak/` when everything had been looked at last; null: there was none. */
  #bak: { readonly changed: string | undefined; readonly racy: boolean } | null = null;

  constructor({
    directory,
    known = [],
    knownHere = false,
    patience = PATIENCE,
    exempt,
    onExamined = () => undefined,
  }: PictureOptions) {
    this.directory = directory;
    this.agenda = new Agenda(directory.sm);
    this.#patience = patience;
    this.#exempt = exempt;
    this.#onExamined = onExamined;
    const place = (knownHere && stampOf(directory.sm)?.identity) || null;
    for (const file of known) this.#known.set(file.name, { ...unseen(file), place });
  }

  /** Whether something was read too early to be certain of it, so that another look is due without any event. */
  get restless(): boolean {
    return this.#uncertain.restless;
  }

  /** Whether the file of this name is there as it was seen last: a glance would find nothing new in it. */
  stands(name: string): boolean {
    const known = this.#known.get(name);
    const stats = known && smStats(this.directory.sm, name);
    return typeof stats === 'object' && isAsSeen(known as Known, stats);
  }

  /** Drops what is known of names whose removal was recorded. One that is there again is new to the next scan. */
  forget(names: Iterable<string>): void {
    for (const name of names) {
      if (this.#absent.delete(name)) this.#known.delete(name);
    }
  }

  /** Brings the picture up to date. Never fails; looks that are asked for at once come one after another. */
  look(): Promise<Look> {
    return this.#serial.run(async () => {
      const captured: StoredFile[] = [];
      const monitored: MonitorRecord[] = [];
      const anew: StoredFile[] = [];
      for (;;) {
        const { more, ...look } = await this.#glance({ thorough: true });
        captured.push(...look.captured);
        monitored.push(...look.monitored);
        anew.push(...look.anew);
        if (!more) return { ...look, captured, monitored, anew };
      }
    });
  }

  /**
   * Goes on bringing it up to date for a few milliseconds, what was touched last first; what was read too early to be
   * certain of may wait for a glance that has less to do. Never fails.
   */
  glance(): Promise<Glance> {
    return this.#serial.run(() => this.#glance({ thorough: false }));
  }

  async #glance({ thorough }: { thorough: boolean }): Promise<Glance> {
    // After two turns of the event loop every event that was queued before this call has been delivered. Where there is
    // something to do already, one is enough to have those that came with it: what comes later calls for another glance.
    if (!this.agenda.touched) await setImmediate();
    await setImmediate();
    const task = await this.agenda.next(
      this.#uncertain.due(!thorough && this.agenda.touched),
      this.#known.keys(),
    );
    if (task === null) return MISSING;
    const { identity } = task.stamp;
    const found: Found = { captured: [], monitored: [], anew: [], goneNow: [], refreshed: false };
    const end = performance.now() + SLICE;
    for (const name of task.names) {
      this.#examine(name, identity, found);
      this.#examined += 1;
      if (performance.now() >= end) break;
    }
    this.#onExamined(this.#examined);
    const more = this.agenda.unfinished;
    this.#suspectMoves(found.goneNow, more);
    return {
      ...this.#written(found),
      absent: this.#reallyAbsent(identity),
      present: this.#known.size - this.#absent.size,
      problems: [...this.#troubled].flatMap(([name, { problems }]) =>
        problems.map((reason) => ({ name, reason })),
      ),
      directory: 'present',
      writing: this.#uncertain.writing,
      more,
    };
  }

  #examine(name: string, place: string, glance: Found): void {
    const known = this.#known.get(name) ?? { ...unseen(null), place };
    let found = examine(this.directory.sm, name, known, this.#patience);
    if (!found.here && !glance.refreshed) {
      // What is placed after this is not gone; so what is gone is looked for once more.
      this.#exempt?.refresh();
      glance.refreshed = true;
      found = examine(this.directory.sm, name, known, this.#patience);
    }
    this.#uncertain.drop(name);
    this.#troubled.delete(name);
    if (!found.here) {
      this.#gone(name, known, glance.goneNow);
      return;
    }
    this.#known.set(name, known);
    this.#absent.delete(name);
    // What could not be looked at has not been seen.
    known.place = known.stamp === null ? null : place;
    if (found.anew !== null) glance.anew.push(found.anew);
    this.#uncertain.examined(name, known);
    if (known.problems.length > 0) this.#troubled.set(name, known);
    if (found.captured === null) return;
    glance.captured.push(found.captured);
    glance.monitored.push(...found.monitored);
  }

  /** What of it statd wrote for a lock manager. */
  #written({ captured, monitored, anew }: Found): Pick<Look, 'captured' | 'monitored' | 'anew'> {
    if (this.#exempt === undefined) return { captured, monitored, anew };
    const written = this.#exempt.written(captured);
    const records = new Set(written.flatMap((file) => file.records));
    const statds = (found: readonly MonitorRecord[]) => found.filter((record) => records.has(record));
    const ofStatd = anew.map((file) => ({ ...file, records: statds(file.records) }));
    return { captured: written, monitored: statds(monitored), anew: ofStatd };
  }

  #gone(name: string, known: Known, goneNow: Known[]): void {
    this.#exempt?.gone([name]);
    if (known.file === null) {
      this.#known.delete(name);
      return;
    }
    Object.assign(known, unseen(known.file), { inode: GONE });
    if (this.#absent.has(name)) return;
    this.#absent.set(name, known);
    goneNow.push(known);
  }

  /** What went while `sm.bak/` changed was moved there by sm-notify, which is no removal, wherever it went then. */
  #suspectMoves(goneNow: readonly Known[], more: boolean): void {
    const before = this.#bak;
    const stamp = stampOf(this.directory.smBak);
    // What is found to be gone later may have gone by now.
    if (!more)
      this.#bak = { changed: stamp?.changed, racy: stamp !== null && isRacy(stamp.changedAt, Date.now()) };
    if (before === null || (before.changed === stamp?.changed && !before.racy)) return;
    for (const known of goneNow) known.place = null;
  }

  /** Absent from the very directory in which they were seen: from no other one, nor where nobody knows how they went. */
  #reallyAbsent(place: string): string[] {
    if (this.#absent.size === 0) return [];
    if (stampOf(this.directory.sm)?.identity !== place) return [];
    const absent: string[] = [];
    for (const [name, known] of this.#absent) {
      if (known.place !== null && smStats(this.directory.smBak, name) !== undefined) known.place = null;
      if (known.place === place) absent.push(name);
    }
    return absent;
  }
}
