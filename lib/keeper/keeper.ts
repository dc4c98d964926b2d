import { setTimeout as pause } from 'node:timers/promises';
import { PlacedLines, PlacedOnNode } from '../convey/index.ts';
import { Fault, sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { statdDirectory } from '../nsm/statd-directory.ts';
import { AddressSeen } from './address-seen.ts';
import { takeOver } from './adoption.ts';
import { answerOf, reportOf, type Standing, verdictOf } from './answering.ts';
import { handOver } from './handing-over.ts';
import { type Kept, keep } from './kept.ts';
import { leave, makeRoom } from './leaving.ts';
import { forgetReleased } from './lock-notes.ts';
import type { Answer, Report } from './protocol.ts';
import { Pulse } from './pulse.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';
import { leaveVerdict } from './verdict-file.ts';

/** What a monitor waits for its capture to become durable, milliseconds. */
const MONITOR_WITHIN = 1000;

/** What start waits for the statd callout to be able to ask, milliseconds. */
const CALLOUT_WITHIN = 1000;

/** The keeper of one service: captures its monitor records, and makes its clients recover when it adopts them. */
export class Keeper {
  readonly #service: Service;
  readonly #directory: RuntimeDirectory;
  readonly #log: Log;
  readonly #surroundings: Surroundings;
  readonly #address: AddressSeen;
  #fault: Standing['fault'] = null;
  /** Null until the service is adopted. */
  #kept: Kept | null = null;
  #pulse: Pulse | null = null;
  /** Whether another node was told that it may claim the service. */
  #handedOver = false;
  #hung = false;
  #stopped: Promise<void> | null = null;

  constructor(
    service: Service,
    directory: RuntimeDirectory,
    log: Log,
    surroundings: Surroundings = realSurroundings(service),
  ) {
    this.#service = service;
    this.#directory = directory;
    this.#log = log;
    this.#surroundings = surroundings;
    this.#address = new AddressSeen(service, surroundings);
  }

  /** Adopts the service; from then on the keeper works by itself. Never rejects: a report tells what failed. */
  async adopt(): Promise<void> {
    try {
      const kept = await this.#adopt();
      if (this.#stopped !== null) return abandon(kept);
      this.#kept = kept;
      kept.capturing.watch(() => this.#service.capture === 'watch' || kept.recovering.running);
      this.#pulse = this.#startPulse(kept);
    } catch (error) {
      this.#fault = { code: error instanceof Fault ? error.code : 'failed', reason: sentenceOf(error) };
      this.#log('adoption-failed', { reason: sentenceOf(error) });
    }
  }

  report(): Report {
    return reportOf(this.#standing);
  }

  /** The monitor's question; where the monitor captures, its capture. */
  async monitor(): Promise<Answer> {
    if (this.#kept !== null && this.#stopped === null) {
      this.#address.look();
      const inTime = pause(MONITOR_WITHIN, undefined, { ref: false });
      await Promise.race([this.#kept.capturing.captureAndJudge(), inTime]);
    }
    return answerOf(this.#standing);
  }

  /** Lets another node claim the service; until it does, only captures go on here. @throws Fault as handOver. */
  async handOver(to: string): Promise<Report> {
    if (this.#kept === null || this.#stopped !== null)
      throw new Fault('failed', 'the service is not at work');
    await handOver(to, this.#service, this.#surroundings.localAddresses(), this.#kept);
    this.#handedOver = true;
    this.#pulse?.rest();
    this.#log('handed-over', { to });
    return this.report();
  }

  /** A last capture, the release of the locks where it is due, and the end. Bounded, whatever the storage does. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end((kept, leaving) =>
      leave({ ...leaving, ...kept, addressSeen: this.#address.seen }, this.#surroundings),
    );
    return this.#stopped;
  }

  /**
   * Ends the keeper for another one that goes on in place: a last capture. The service goes on, so nothing is released
   * and the epoch has not ended: whoever finds it without an end may go on in another record format (claimEpoch).
   */
  makeRoom(): Promise<void> {
    this.#stopped ??= this.#end((kept, leaving) => makeRoom({ ...leaving, ...kept }));
    return this.#stopped;
  }

  async #adopt(): Promise<Kept> {
    const statd = statdDirectory(await findStatdDirectory(this.#service.statdDir));
    const placed = new PlacedLines(this.#directory.placedFile);
    const exempt = new PlacedOnNode(placed, () => this.#directory.otherPlacedFiles());
    const adopted = await takeOver(this.#service, statd, this.#surroundings, exempt);
    await forgetReleased(this.#service, this.#surroundings);
    const { from, inPlace, handedOverTo } = adopted;
    const { epoch, holder, inherited } = adopted.store.state;
    this.#log('adopted', { epoch, node: holder.node, from, inPlace, handedOver: handedOverTo !== null });
    if (inPlace) this.#address.assume();
    const place = { service: this.#service, directory: this.#directory, surroundings: this.#surroundings };
    // Also when a client is captured: the address may go again before the next beat.
    const onCapture = () => this.#address.look();
    const kept = keep(adopted, { ...place, statd, placed, exempt, onCapture, log: this.#log });
    const written = adopted.written.filter((file) => !exempt.untouched(file));
    if (inherited.size > 0) await kept.recovering.begin(adopted.present, written);
    await Promise.race([kept.callout.look(), pause(CALLOUT_WITHIN, undefined, { ref: false })]);
    return kept;
  }

  #startPulse(kept: Kept): Pulse {
    const pulse = new Pulse({
      ...{ service: this.#service, kept, surroundings: this.#surroundings, address: this.#address },
      after: () => this.#leaveVerdict(),
      log: this.#log,
    });
    pulse.start();
    return pulse;
  }

  #leaveVerdict(): void {
    // Where the monitor captures, it has to ask.
    if (this.#service.capture !== 'watch') return;
    leaveVerdict(this.#directory.verdictFile, verdictOf(this.#standing));
  }

  async #end(
    bringToEnd: (kept: Kept, leaving: { service: Service; log: Log }) => Promise<boolean>,
  ): Promise<void> {
    if (this.#kept === null) return;
    this.#pulse?.stop();
    this.#kept.callout.close();
    this.#kept.share.stop();
    this.#hung = !(await bringToEnd(this.#kept, { service: this.#service, log: this.#log }));
  }

  get #standing(): Standing {
    const stopping = this.#stopped !== null;
    return {
      ...{ service: this.#service, fault: this.#fault, kept: this.#kept, stopping, hung: this.#hung },
      owner: (this.#pulse?.owner ?? true) || (this.#handedOver && stopping),
    };
  }
}

/** What a stop found half adopted: nothing of it may go on. */
function abandon({ recovering, callout, share }: Kept): void {
  recovering.abort();
  callout.close();
  share.stop();
}
