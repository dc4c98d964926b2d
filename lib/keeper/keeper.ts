import { setTimeout as pause } from 'node:timers/promises';
import type { Picture } from '../capture/index.ts';
import { Fault, sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { ownerOf, type StatdDirectory, statdDirectory } from '../nsm/statd-directory.ts';
import { readStateFile } from '../nsm/state-file.ts';
import { printable } from '../printable.ts';
import type { Change, Holder, Store } from '../store/index.ts';
import { VERSION } from '../version.ts';
import { takeOver } from './adoption.ts';
import { Capturing } from './capturing.ts';
import { countClients } from './client-counts.ts';
import { DurableWriter } from './durable.ts';
import { judgeHealth } from './judgement.ts';
import { releaseOnLeaving } from './leaving.ts';
import type { Report } from './protocol.ts';
import { Recovering } from './recovering.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';

/** How often the keeper looks at the processes, the address and its ownership, milliseconds. */
const TICK = 1000;
/** What stop gives the last capture to become durable, milliseconds; after that the storage is given up. */
const LAST_CAPTURE_WITHIN = 800;
/** What a monitor waits for its capture to become durable, milliseconds. */
const MONITOR_WITHIN = 1000;
/** How many set-aside things a report names. */
const PROBLEMS_SHOWN = 20;

/** A service that was adopted: its open store, and what goes in and out of it. */
interface Kept {
  readonly statd: StatdDirectory;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly capturing: Capturing;
  readonly recovering: Recovering;
}

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
      if (this.#stopped !== null) return kept.recovering.abort();
      this.#kept = kept;
      kept.capturing.watch(() => this.#service.capture === 'watch' || kept.recovering.running);
      void this.#live(kept);
    } catch (error) {
      this.#fault = { code: error instanceof Fault ? error.code : 'failed', reason: sentenceOf(error) };
      this.#log('adoption-failed', { reason: sentenceOf(error) });
    }
  }

  report(): Report {
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
      clients: countClients(state ?? { ledger: new Map(), current: new Map(), inherited: new Map() }),
      lag: this.#kept?.writer.lag ?? 0,
      waitingFor: [...(this.#kept?.recovering.waitingFor ?? [])],
      problems: this.#problems(),
    };
  }

  /** The monitor's question; where the monitor captures, its capture. */
  async monitor(): Promise<Report> {
    if (this.#kept !== null && this.#stopped === null) {
      const inTime = pause(MONITOR_WITHIN, undefined, { ref: false });
      await Promise.race([this.#kept.capturing.captureAndJudge(), inTime]);
    }
    return this.report();
  }

  /** A last capture, the release of the locks where it is due, and the end. Bounded, whatever the storage does. */
  stop(): Promise<void> {
    this.#stopped ??= this.#kept === null ? Promise.resolve() : this.#leave(this.#kept);
    return this.#stopped;
  }

  async #adopt(): Promise<Kept> {
    const statd = statdDirectory(await findStatdDirectory(this.#service.statdDir));
    const { store, picture, present, inPlace, from, before } = await takeOver(
      this.#service,
      statd,
      this.#surroundings,
    );
    const { epoch, holder, inherited } = store.state;
    this.#log('adopted', { epoch, node: holder.node, from, inPlace });
    const kept = this.#keep(statd, store, picture, before);
    if (inherited.size > 0) await kept.recovering.begin(present);
    return kept;
  }

  #keep(statd: StatdDirectory, store: Store, picture: Picture, before: Holder): Kept {
    const { atWork, isGraceOn, openGrace, localAddresses, lacking, resolver, settling } = this.#surroundings;
    const writer = new DurableWriter((changes) => store.commit(changes));
    const push = (changes: readonly Change[]) => writer.push(changes);
    const log = this.#log;
    const recovering = new Recovering({
      service: this.#service,
      state: () => store.state,
      commit: push,
      lockManager: async () => (await atWork()).lockManager,
      ...{ isGraceOn, openGrace, localAddresses, resolver, settling, log },
      lacking: () => lacking(this.#service),
      localStateNumber: () => readStateFile(statd.state).catch(() => null),
      conveyTo: {
        dir: this.#directory.statdDirectory,
        owner: ownerOf(statd) ?? { uid: 0, gid: 0, mode: 0o700 },
      },
    });
    const seen = recovering.seen.bind(recovering);
    const capturing = new Capturing({ picture, holder: before, atWork, push, seen, log });
    return { statd, store, writer, capturing, recovering };
  }

  /** The keeper's pulse, until stop. */
  async #live(kept: Kept): Promise<void> {
    while (this.#stopped === null) {
      try {
        await this.#tick(kept);
      } catch (error) {
        this.#log('tick-failed', { reason: sentenceOf(error) });
      }
      await pause(TICK);
    }
  }

  async #tick({ store, writer, capturing, recovering }: Kept): Promise<void> {
    const local = this.#surroundings.localAddresses();
    this.#addressSeen ||= this.#service.addresses.some((address) => local.has(address));
    this.#checking ??= this.#checkOwnership(store);
    if (recovering.unprepared) await recovering.begin([]);
    const { lockManager, statd } = await this.#surroundings.atWork();
    const { holder } = store.state;
    const identity = lockManager?.identity ?? holder.lockManager;
    if (identity !== holder.lockManager || statd !== holder.statd) {
      const change: Change = { type: 'holder', lockManager: identity, statd };
      const restarted = holder.lockManager !== null && identity !== holder.lockManager;
      if (!restarted) await writer.push([change]);
      else await this.#recoverInPlace(change);
    }
    if (this.#service.capture === 'watch') await capturing.captureAndJudge();
  }

  async #checkOwnership(store: Store): Promise<void> {
    this.#owner = (await store.isOwner().catch(() => true)) && this.#owner;
    this.#checking = null;
  }

  /** The lock manager restarted behind our back: whoever had locks is told, like after a failover. */
  async #recoverInPlace(holder: Change): Promise<void> {
    const { store, writer, recovering } = this.#kept as Kept;
    this.#log('lock-manager-restarted');
    await recovering.breakOff();
    await writer.push([{ type: 'recovery-begun', at: Date.now() }, holder]);
    if (store.state.inherited.size > 0) await recovering.begin([]);
  }

  async #leave({ writer, capturing, recovering }: Kept): Promise<void> {
    capturing.end();
    recovering.abort();
    const giveUp = pause(LAST_CAPTURE_WITHIN, 'hung' as const, { ref: false });
    const last = capturing.last();
    const released = await releaseOnLeaving(this.#service, this.#addressSeen, this.#surroundings, this.#log);
    const ended = last.then(() => writer.push([{ type: 'ended', at: Date.now(), released }]));
    this.#hung = (await Promise.race([ended, giveUp])) === 'hung';
    this.#log('stopped', { released, durable: !this.#hung });
  }

  #phase(): Report['phase'] {
    if (this.#fault !== null) return 'failed';
    if (this.#stopped !== null) return 'stopping';
    if (this.#kept === null) return 'adopting';
    const { settling, running } = this.#kept.recovering;
    if (settling) return 'settling';
    return running ? 'recovering' : 'capturing';
  }

  #verdict(): Report['verdict'] {
    if (this.#fault !== null) return { state: 'failed', reason: printable(this.#fault.reason) };
    if (this.#kept === null) return { state: 'ok', reason: null };
    const { statd, writer, capturing, recovering } = this.#kept;
    const hung = 'the last capture did not become durable: shared_dir does not answer';
    return judgeHealth({
      owner: this.#owner,
      storeTrouble: writer.trouble,
      lag: writer.lag,
      unprotected: capturing.unprotected,
      statdDirectory: capturing.look?.directory ?? 'present',
      smPath: statd.sm,
      recoveryTrouble: this.#hung ? hung : recovering.trouble,
      waitingFor: recovering.waitingFor,
      waited: recovering.waited,
    });
  }

  #problems(): string[] {
    if (this.#kept === null) return [];
    const { capturing, store } = this.#kept;
    const files = (capturing.look?.problems ?? []).map(({ name, reason }) => `${printable(name)}: ${reason}`);
    const damage = store.state.damage.map(({ file, line, reason }) => `${file}:${line ?? ''} ${reason}`);
    return [...files, ...damage].slice(0, PROBLEMS_SHOWN);
  }
}
