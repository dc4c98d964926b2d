import { constants } from 'node:fs';
import { adopted, claimEpoch, type Disk, type Store } from '../../../lib/store/index.ts';
import { fileOf, HOLDER } from '../../lib/store/arbitraries.ts';

export const DIRECTORY = '/srv/store';

/** A node that takes over the store and records clients, let go call by call of the file system. */
export class Writer {
  /** Clients of whom it was told that they are durable. */
  readonly acknowledged = new Set<string>();
  /** Who was promised to be durable, by whomever, when it claimed its epoch. */
  owed: ReadonlySet<string> = new Set();
  /** 0: none is claimed yet. */
  epoch = 0;
  /** Null until its epoch is established. */
  store: Store | null = null;
  /** It has done all it had to do, or found out that it is not the owner. */
  ended = false;
  /** How many calls it has made. */
  calls = 0;
  #next: (() => void) | null = null;

  /** @param promised who is promised to be durable now, by whomever. */
  constructor(name: string, disk: Disk, commits: number, promised: () => ReadonlySet<string>) {
    const claims = () => {
      this.owed = promised();
    };
    this.#live(name, this.#gated(disk, claims), commits)
      .catch(() => undefined)
      .finally(() => {
        this.ended = true;
      });
  }

  /** Lets it make one more call, and do what follows from it. @returns false where it makes none any more */
  async step(): Promise<boolean> {
    await this.#waits();
    if (this.#next === null) return false;
    const go = this.#next;
    this.#next = null;
    this.calls += 1;
    go();
    await this.#waits();
    return true;
  }

  /** Until it has a call to make: on a disk in memory that takes nothing but turns of promises. */
  async #waits(): Promise<void> {
    while (this.#next === null && !this.ended) await null;
  }

  /** Lets it make so many more calls. */
  async run(calls = Infinity): Promise<void> {
    for (let done = 0; done < calls && (await this.step()); done++);
  }

  async #live(name: string, disk: Disk, commits: number): Promise<void> {
    const own = { dir: DIRECTORY, service: 'a', holder: HOLDER, now: () => 1, slack: 0, disk };
    const claim = await claimEpoch(own);
    this.epoch = claim.epoch;
    try {
      this.store = await claim.establish(adopted(claim.former, 1));
    } catch (error) {
      await claim.abandon();
      throw error;
    }
    for (let turn = 0; turn < commits; turn++) {
      const client = `${name}-${turn % 2}`;
      await this.store.commit([{ type: 'captured', file: fileOf(client, turn) }]);
      this.acknowledged.add(client);
    }
    await this.store.close();
  }

  #gated(disk: Disk, claims: () => void): Disk {
    const gate = async <T>(step: () => Promise<T>): Promise<T> => {
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
      return step();
    };
    const open = async (...args: Parameters<Disk['open']>) => {
      const handle = await gate(() => {
        if (this.store === null && (Number(args[1]) & constants.O_EXCL) !== 0) claims();
        return disk.open(...args);
      });
      return new Proxy(handle, {
        get: (target, key) => {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function') return member;
          return (...words: unknown[]) => gate(async () => Reflect.apply(member, target, words));
        },
      });
    };
    return {
      open: open as Disk['open'],
      readdir: (path) => gate(() => disk.readdir(path)),
      lstat: (path) => gate(async () => disk.lstat(path)),
      mkdir: (path, options) => gate(() => disk.mkdir(path, options)),
      unlink: (path) => gate(() => disk.unlink(path)),
    };
  }
}
