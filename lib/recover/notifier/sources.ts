import type { IpFamily } from '../../node/resolver.ts';
import type { LocalPort } from '../../rpc/index.ts';
import type { Announcement } from '../announcements.ts';
import { Source } from './source.ts';

/** The floating addresses from which clients are told, and which one it is whose turn it is. */
export class Sources {
  readonly #announcements: readonly Announcement[];
  readonly #all: readonly Source[];

  private constructor(announcements: readonly Announcement[], all: readonly Source[]) {
    this.#announcements = announcements;
    this.#all = all;
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

  get families(): readonly IpFamily[] {
    return [...new Set(this.#all.map(({ family }) => family))];
  }

  /**
   * From where a name goes to a client of this family: first from its own address, then from each of the others
   * of the family in turn. Where its own is of another family, the names are spread over those that fit.
   * @param family one of `families`.
   */
  of(announcement: number, family: IpFamily, tries: number): Source {
    const fitting = this.#all.filter((source) => source.family === family);
    const own = fitting.findIndex(({ address }) => address === this.#announcements[announcement]?.source);
    return fitting[((own < 0 ? announcement : own) + tries - 1) % fitting.length] as Source;
  }
}
