import type { IpFamily } from '../../node/resolver.ts';
import type { LocalPort } from '../../rpc/index.ts';
import type { Announcement } from '../announcements.ts';
import { Source } from './source.ts';

/** The floating addresses from which clients are told, and which one it is whose turn it is. */
export class Sources {
  readonly #all: readonly Source[];
  readonly families: readonly IpFamily[];
  /** By family, for each announcement: from where it goes in the first try, the second, and so on. */
  readonly #turns: ReadonlyMap<IpFamily, readonly (readonly Source[])[]>;

  private constructor(announcements: readonly Announcement[], all: readonly Source[]) {
    this.#all = all;
    this.families = [...new Set(all.map(({ family }) => family))];
    this.#turns = new Map(
      this.families.map((family) => {
        const fitting = all.filter((source) => source.family === family);
        const turns = announcements.map(({ source }, index) => {
          const own = fitting.findIndex(({ address }) => address === source);
          const first = own < 0 ? index % fitting.length : own;
          return [...fitting.slice(first), ...fitting.slice(0, first)];
        });
        return [family, turns];
      }),
    );
  }

  /** @throws Fault that names address and port where one of them cannot be bound; none stays open then. */
  static async open(announcements: readonly Announcement[], port: LocalPort): Promise<Sources> {
    const addresses = [...new Set(announcements.map(({ source }) => source))];
    const opened = await Promise.allSettled(addresses.map((address) => Source.open(address, port)));
    const all = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const result of opened) {
      if (result.status === 'fulfilled') continue;
      for (const source of all) source.close();
      throw result.reason;
    }
    return new Sources(announcements, all);
  }

  /** Bytes that the smallest receive buffer holds. */
  get receiveBuffer(): number {
    return Math.min(...this.#all.map((source) => source.receiveBuffer));
  }

  listen(onMessage: (message: Buffer) => void): void {
    for (const source of this.#all) source.listen(onMessage);
  }

  close(): void {
    for (const source of this.#all) source.close();
  }

  /**
   * From where a name goes to a client of this family: first from its own address, then from each of the others
   * of the family in turn. Where its own is of another family, the names are spread over those that fit.
   * @param family one of `families`.
   */
  of(announcement: number, family: IpFamily, tries: number): Source {
    const turns = this.#turns.get(family)?.[announcement] as readonly Source[];
    return turns[(tries - 1) % turns.length] as Source;
  }
}
