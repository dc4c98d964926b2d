import { dirname, join } from 'node:path';
import { Fault } from '../fault.ts';
import { printable } from '../printable.ts';
import { withRoom } from './ballast.ts';
import { baseLines } from './base.ts';
import { type Disk, makeDirectory, onFile, REAL_DISK, syncDirectory } from './disk.ts';
import { encodeEntry, headerOf } from './entry.ts';
import { listJournals, readHistory, refuseOpen } from './history.ts';
import { type JournalId, journalName } from './journal-name.ts';
import { HEADER_LIMIT, readJournal } from './journal-reader.ts';
import { JournalWriter } from './journal-writer.ts';
import { type Place, removeJournals, standingOf } from './place.ts';
import type { RecordFormat } from './record-format.ts';
import { type Claimant, stateFrom } from './reducer.ts';
import type { Base, Holder, StoreState } from './state.ts';
import { JournalStore, type Store } from './store.ts';

export interface ClaimOptions {
  /** shared_dir; made when only its last component is missing. */
  readonly dir: string;
  readonly service: string;
  readonly holder: Holder;
  /** How the new epoch keeps monitor records; `record` unless told. */
  readonly format?: RecordFormat;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly disk?: Disk;
  readonly slack?: number;
}

/** An epoch that is ours and holds nothing yet. */
export interface Claim {
  readonly epoch: number;
  /** What former epochs left, read after the claim; null: the store is new. */
  readonly former: StoreState | null;
  /**
   * Writes what the epoch starts from; once it resolves, former epochs are never read again.
   * @throws Fault `not-ours` where somebody claimed a later epoch meanwhile, `failed`; then abandon the claim.
   */
  establish(base: Base): Promise<Store>;
  /** Gives the epoch up; former epochs stand as they did. For a claim that was not established. */
  abandon(): Promise<void>;
}

const SLACK = 1000;

/**
 * Takes ownership of a lock store: claims the next epoch, durably, and reads what former epochs left.
 * @throws Fault `not-ours` for a directory, journal, store version, record format or service that is not ours; `failed`.
 */
export async function claimEpoch(options: ClaimOptions): Promise<Claim> {
  const { service, holder, format = 'record', now = Date.now, disk = REAL_DISK, slack = SLACK } = options;
  const place = { disk, dir: await makeDirectory(disk, options.dir), now, slack };
  const newest = (await listJournals(disk, place.dir))[0];
  if (newest !== undefined) await refuseStranger(place, newest, service);
  // Whoever made the directory, we in an attempt that failed or somebody else: nobody may have made it durable yet.
  else await syncDirectory(disk, dirname(place.dir));
  const next = (newest?.epoch ?? 0) + 1;
  const { journal, claimant } = await withRoom(place, () =>
    claimNext(place, next, { service, holder, format }),
  );
  try {
    const former = await readHistory(disk, place.dir, claimant.epoch);
    refuseOtherService(place, former?.service, service);
    refuseOtherFormat(place, former, format);
    return new ClaimedEpoch(place, journal, claimant, former);
  } catch (error) {
    await journal.discard();
    throw error;
  }
}

class ClaimedEpoch implements Claim {
  readonly epoch: number;
  readonly former: StoreState | null;
  readonly #place: Place;
  readonly #journal: JournalWriter;
  readonly #claimant: Claimant;

  constructor(place: Place, journal: JournalWriter, claimant: Claimant, former: StoreState | null) {
    this.epoch = claimant.epoch;
    this.former = former;
    this.#place = place;
    this.#journal = journal;
    this.#claimant = claimant;
  }

  async establish(base: Base): Promise<Store> {
    const state = stateFrom(this.#claimant, base);
    const { count, chunks } = baseLines(state);
    for (const chunk of chunks) await this.#write(chunk);
    // Only when all of it is durable may a line say so: a disk writes its pages in any order.
    await this.#journal.sync();
    const header = headerOf(state, 1, this.#place.now());
    await this.#write(encodeEntry({ type: 'base-complete', header }));
    await this.#journal.sync();
    const standing = await standingOf(this.#place, this.#journal, state);
    if (standing !== 'ours') {
      const what = standing === 'gone' ? 'removed' : 'claimed by another node';
      throw new Fault('not-ours', `lock store was ${what} meanwhile`, { subject: this.#place.dir });
    }
    const { disk, dir } = this.#place;
    const { dev } = await onFile(dir, 'look at', () => disk.lstat(dir));
    await this.#removeFormer();
    return new JournalStore(this.#place, Number(dev), state, this.#journal, count);
  }

  abandon(): Promise<void> {
    return this.#journal.discard();
  }

  #write(text: string): Promise<void> {
    return withRoom(this.#place, async () => {
      await this.#journal.write(text);
    });
  }

  /** The epoch that was taken over stays until the next one is established: never only one good copy. */
  async #removeFormer(): Promise<void> {
    const keep = this.former?.epoch ?? this.epoch;
    const ids = await listJournals(this.#place.disk, this.#place.dir);
    const former = ids.filter((id) => id.epoch < keep);
    await removeJournals(this.#place, former);
  }
}

async function refuseStranger(place: Place, newest: JournalId, service: string): Promise<void> {
  const path = join(place.dir, journalName(newest));
  const journal = await onFile(path, 'read', () => readJournal(place.disk, place.dir, newest, HEADER_LIMIT));
  if (journal?.refused?.open) refuseOpen(place.dir, journal.refused);
  refuseOtherService(place, journal?.header?.service, service);
}

function refuseOtherService(place: Place, found: string | undefined, wanted: string): void {
  if (found === undefined || found === '' || found === wanted) return;
  throw new Fault('not-ours', `lock store belongs to service ${printable(found, 40)}`, {
    subject: place.dir,
    found,
    wanted,
    cure: 'give each service a shared_dir of its own, or move the files of the former one away',
  });
}

/**
 * A store in the other format is refused only where its owner stopped the service: then somebody has changed the
 * configuration since, or this is the wrong store, and to be told costs him nothing. An owner that did not stop has
 * died, or makes room for a keeper that has new parameters; either may be in the middle of a change of format, which
 * is nothing but an epoch in the other one: a refusal would turn a failover into an outage. So the new epoch is
 * written in the format that is wanted now, and until it is complete the former one counts.
 */
function refuseOtherFormat(place: Place, former: StoreState | null, wanted: RecordFormat): void {
  if (former === null || former.ended === null || former.format === wanted) return;
  const found = former.format;
  const cure = `start with record_format=${found}, then change it while the service runs`;
  throw new Fault('not-ours', `lock store has format ${found}, not ${wanted}: ${cure}`, {
    subject: place.dir,
    found,
    wanted,
  });
}

/** Claims an epoch, or the first after it that nobody has claimed. */
async function claimNext(
  place: Place,
  epoch: number,
  who: Pick<Claimant, 'service' | 'holder' | 'format'>,
): Promise<{ journal: JournalWriter; claimant: Claimant }> {
  const since = place.now();
  const claimant = { ...who, epoch, since };
  const journal = await JournalWriter.create(place.disk, place.dir, headerOf(claimant, 1, since));
  return journal === null ? claimNext(place, epoch + 1, who) : { journal, claimant };
}
