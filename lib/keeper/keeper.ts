import { setTimeout as pause } from 'node:timers/promises';
import { PlacedLines, PlacedOnNode } from '../convey/index.ts';
import { Fault, sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { statdDirectory } from '../nsm/statd-directory.ts';
import { printable } from '../printable.ts';
import type { Change } from '../store/index.ts';
import { VERSION } from '../version.ts';
import { takeOver } from './adoption.ts';
import { countClients } from './client-counts.ts';
import { handOver } from './handing-over.ts';
import { judgeHealth } from './judgement.ts';
import { type Kept, keep } from './kept.ts';
import { leave, makeRoom } from './leaving.ts';
import { problemsOf } from './problems.ts';
import type { Answer, Report } from './protocol.ts';
import { recoverySummary } from './recovery-summary.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';
import { leaveVerdict } from './verdict-file.ts';

/** How often the keeper looks at the processes, the address and its ownership, milliseconds. */
const TICK = 1000;
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
  #fault: { readonly code: string; readonly reason: string } | null = null;
  /** Null until the service is adopted. */
  #kept: Kept | null = null;
  #owner = true;
  /** At most one question at a time: a storage that hangs must not collect them. */
  #checking: Promise<void> | null = null;
  /** Whether another node was told that it may claim the service. */
  #handedOver = false;
  #addressSeen = false;
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
  }

  /** Adopts the service; from then on the keeper works by itself. Never rejects: a report tells what failed. */
  async adopt(): Promise<void> {
    try {
      const kept = await this.#adopt();
      if (this.#stopped !== null) return abandon(kept);
      this.#kept = kept;
      kept.capturing.watch(() => this.#service.capture === 'watch' || kept.recovering.running);
      void this.#live(kept);
    } catch (error) {
      this.#fault = { code: error instanceof Fault ? error.code : 'failed', reason: sentenceOf(error) };
      this.#log('adoption-failed', { reason: sentenceOf(error) });
    }
  }

  report(): Report {
    const state = this.#kept?.store.state;
    const nothing = { ledger: new Map(), current: new Map(), inherited: new Map() };
    return {
      ...this.#answer(),
      clients: countClients(state ?? nothing),
      lastRecovery: state === undefined ? null : recoverySummary(state),
    };
  }

  /** The monitor's question; where the monitor captures, its capture. */
  async monitor(): Promise<Answer> {
    if (this.#kept !== null && this.#stopped === null) {
      this.#lookForAddress();
      const inTime = pause(MONITOR_WITHIN, undefined, { ref: false });
      await Promise.race([this.#kept.capturing.captureAndJudge(), inTime]);
    }
    return this.#answer();
  }

  /** Lets another node claim the service; until it does, only captures go on here. @throws Fault as handOver. */
  async handOver(to: string): Promise<Report> {
    if (this.#kept === null || this.#stopped !== null)
      throw new Fault('failed', 'the service is not at work');
    await handOver(to, this.#service, this.#surroundings.localAddresses(), this.#kept);
    this.#handedOver = true;
    this.#log('handed-over', { to });
    return this.report();
  }

  /** A last capture, the release of the locks where it is due, and the end. Bounded, whatever the storage does. */
  stop(): Promise<void> {
    this.#stopped ??= this.#kept === null ? Promise.resolve() : this.#leave(this.#kept);
    return this.#stopped;
  }

  /**
   * Ends the keeper for another one that goes on in place: a last capture. The service goes on, so nothing is released
   * and the epoch has not ended: whoever finds it without an end may go on in another record format (claimEpoch).
   */
  makeRoom(): Promise<void> {
    this.#stopped ??= this.#kept === null ? Promise.resolve() : this.#makeRoom(this.#kept);
    return this.#stopped;
  }

  async #adopt(): Promise<Kept> {
    const statd = statdDirectory(await findStatdDirectory(this.#service.statdDir));
    const placed = new PlacedLines(this.#directory.placedFile);
    const exempt = new PlacedOnNode(placed, () => this.#directory.otherPlacedFiles());
    const adopted = await takeOver(this.#service, statd, this.#surroundings, exempt);
    const { from, inPlace, handedOverTo } = adopted;
    const { epoch, holder, inherited } = adopted.store.state;
    this.#log('adopted', { epoch, node: holder.node, from, inPlace, handedOver: handedOverTo !== null });
    const place = { service: this.#service, directory: this.#directory, surroundings: this.#surroundings };
    const onCapture = () => this.#lookForAddress();
    const kept = keep(adopted, { ...place, statd, placed, exempt, onCapture, log: this.#log });
    if (inherited.size > 0) await kept.recovering.begin(adopted.present);
    await Promise.race([kept.callout.open(), pause(CALLOUT_WITHIN, undefined, { ref: false })]);
    return kept;
  }

  /** The keeper's pulse, until stop. */
  async #live(kept: Kept): Promise<void> {
    while (this.#stopped === null) {
      try {
        await this.#tick(kept);
        // Where the monitor captures, it has to ask.
        if (this.#service.capture === 'watch') leaveVerdict(this.#directory.verdictFile, this.#verdict());
      } catch (error) {
        this.#log('tick-failed', { reason: sentenceOf(error) });
      }
      await pause(TICK);
    }
  }

  /** Also when a client is captured: the address may go again before the next tick. */
  #lookForAddress(): void {
    if (this.#addressSeen) return;
    const local = this.#surroundings.localAddresses();
    this.#addressSeen = this.#service.addresses.some((address) => local.has(address));
  }

  async #tick(kept: Kept): Promise<void> {
    this.#lookForAddress();
    this.#checking ??= this.#checkOwnership(kept);
    await kept.share.tick();
    if (this.#handedOver || !this.#owner) return;
    await this.#attend(kept);
    if (this.#service.capture === 'watch') await kept.capturing.captureAndJudge();
  }

  /** Looks whether clients have to be told. */
  async #attend({ store, writer, recovering, share }: Kept): Promise<void> {
    if (recovering.unprepared) await recovering.begin([]);
    const { lockManager, statd } = await this.#surroundings.atWork();
    const { holder } = store.state;
    const identity = lockManager?.identity ?? holder.lockManager;
    if (!share.restarting && (identity !== holder.lockManager || statd !== holder.statd)) {
      const change: Change = { type: 'holder', lockManager: identity, statd };
      const restarted = holder.lockManager !== null && identity !== holder.lockManager;
      if (!restarted) await writer.push([change]);
      else await this.#recoverInPlace(change);
    }
    if (!recovering.running) await share.settled();
  }

  async #checkOwnership({ store, capturing, recovering }: Kept): Promise<void> {
    this.#owner = (await store.isOwner().catch(() => true)) && this.#owner;
    this.#checking = null;
    if (this.#owner) return;
    capturing.end();
    recovering.abort();
  }

  /** The lock manager restarted behind our back: whoever had locks is told, like after a failover. */
  async #recoverInPlace(holder: Change): Promise<void> {
    const { store, writer, recovering } = this.#kept as Kept;
    this.#log('lock-manager-restarted');
    await recovering.breakOff();
    await writer.push([{ type: 'recovery-begun', at: Date.now() }, holder]);
    if (store.state.inherited.size > 0) await recovering.begin([]);
  }

  async #leave({ writer, capturing, recovering, callout, share }: Kept): Promise<void> {
    callout.close();
    share.stop();
    const leaving = { service: this.#service, writer, capturing, recovering, log: this.#log };
    this.#hung = !(await leave({ ...leaving, addressSeen: this.#addressSeen }, this.#surroundings));
  }

  async #makeRoom({ writer, capturing, recovering, callout, share }: Kept): Promise<void> {
    callout.close();
    share.stop();
    this.#hung = !(await makeRoom({ writer, capturing, recovering, log: this.#log }));
  }

  #unprotected(): number {
    if (this.#kept === null) return 0;
    const { capturing, callout } = this.#kept;
    return new Set([...capturing.unprotected, ...callout.unprotected]).size;
  }

  #answer(): Answer {
    const state = this.#kept?.store.state ?? null;
    return {
      version: VERSION,
      pid: process.pid,
      service: this.#service.name,
      sharedDir: this.#service.sharedDir,
      phase: this.#phase(),
      verdict: this.#verdict(),
      faultCode: this.#fault?.code ?? null,
      owner: state && { node: state.holder.node, epoch: state.epoch, since: state.since },
      stateNumber: state?.stateNumber ?? null,
      handedOverTo: this.#kept?.handedOverTo ?? null,
      lag: this.#kept?.writer.lag ?? 0,
      unprotected: this.#unprotected(),
      waitingFor: [...(this.#kept?.recovering.waitingFor ?? [])],
      problems: this.#kept === null ? [] : problemsOf(this.#kept),
    };
  }

  #phase(): Report['phase'] {
    if (this.#fault !== null) return 'failed';
    if (this.#stopped !== null) return 'stopping';
    if (this.#kept === null) return 'adopting';
    return this.#kept.recovering.phase;
  }

  #verdict(): Report['verdict'] {
    if (this.#fault !== null) return { state: 'failed', reason: printable(this.#fault.reason) };
    if (this.#kept === null) return { state: 'ok', reason: null };
    const { statd, writer, capturing, recovering, callout } = this.#kept;
    const hung = 'the last capture did not become durable: shared_dir does not answer';
    return judgeHealth({
      strict: this.#service.strict,
      maxLag: this.#service.maxLag * 1000,
      owner: this.#owner || (this.#handedOver && this.#stopped !== null),
      storeTrouble: writer.trouble,
      lag: writer.lag,
      unprotected: this.#unprotected(),
      calloutSuspended: callout.suspended,
      statdDirectory: capturing.look?.directory ?? 'present',
      smPath: statd.sm,
      recoveryTrouble: this.#hung ? hung : recovering.trouble,
      waitingFor: recovering.waitingFor,
      waited: recovering.waited,
    });
  }
}

/** What a stop found half adopted: nothing of it may go on. */
function abandon({ recovering, callout, share }: Kept): void {
  recovering.abort();
  callout.close();
  share.stop();
}
