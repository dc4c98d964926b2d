import { setTimeout as pause } from 'node:timers/promises';
import { type Look, Picture, RemovalJudge, settle, type Watch, watchPicture } from '../capture/index.ts';
import { Fault, sentenceOf } from '../fault.ts';
import type { Log } from '../node/event-log.ts';
import { isGraceOn } from '../node/grace.ts';
import type { LockManager } from '../node/lock-manager.ts';
import { releaseLocks } from '../node/release-locks.ts';
import { createResolver } from '../node/resolver.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { wasStoppedAlone } from '../node/stopped-alone.ts';
import { bootId, localAddresses, nodeName } from '../node/this-node.ts';
import { ownerOf, type StatdDirectory, statdDirectory } from '../nsm/statd-directory.ts';
import { readStateFile } from '../nsm/state-file.ts';
import { printable } from '../printable.ts';
import { openGrace } from '../recover/open-grace.ts';
import { lacking } from '../recover/readiness.ts';
import { Recovery, type RecoveryWorld } from '../recover/recovery.ts';
import {
  type Change,
  claimEpoch,
  clientsOf,
  type Holder,
  type Store,
  type StoredFile,
} from '../store/index.ts';
import { VERSION } from '../version.ts';
import { adopt } from './adoption.ts';
import { countClients } from './client-counts.ts';
import { DurableWriter } from './durable.ts';
import { followProcesses } from './identities.ts';
import { judgeHealth } from './judgement.ts';
import type { Report } from './protocol.ts';

/** How often the keeper looks at the processes, the address and its ownership, milliseconds. */
const TICK = 1000;
/** What stop gives the last capture to become durable, milliseconds; after that the storage is given up. */
const LAST_CAPTURE_WITHIN = 800;
/** What a monitor waits for its capture to become durable, milliseconds. */
const MONITOR_WITHIN = 1000;
/** How many set-aside things a report names. */
const PROBLEMS_SHOWN = 20;

/** The keeper of one service: captures its monitor records, and makes its clients recover when it adopts them. */
export class Keeper {
  readonly #service: Service;
  readonly #directory: RuntimeDirectory;
  readonly #log: Log;
  readonly #atWork;
  readonly #writer = new DurableWriter((changes) => this.#required().commit(changes));
  #phase: Report['phase'] = 'adopting';
  #fault: { code: string | null; reason: string } | null = null;
  #store: Store | null = null;
  #statd: StatdDirectory | null = null;
  #picture: Picture | null = null;
  #judge = new RemovalJudge();
  #watch: Watch | null = null;
  #look: Look | null = null;
  #recovery: { recovery: Recovery; abort: AbortController; done: Promise<void>; since: number } | null = null;
  #trouble: string | null = null;
  #capturing: Promise<void> | null = null;
  #captureAgain = false;
  #owner = true;
  /** At most one question at a time: a storage that hangs must not collect them. */
  #checking: Promise<void> | null = null;
  #addressSeen = false;
  #undurable = new Set<string>();
  #stopped: Promise<void> | null = null;

  constructor(service: Service, directory: RuntimeDirectory, log: Log) {
    this.#service = service;
    this.#directory = directory;
    this.#log = log;
    this.#atWork = followProcesses(service.lockManager);
  }

  /** Adopts the service; from then on the keeper works by itself. Never rejects: a report tells what failed. */
  async adopt(): Promise<void> {
    try {
      await this.#adopt();
    } catch (error) {
      this.#fault = { code: error instanceof Fault ? error.code : 'failed', reason: sentenceOf(error) };
      this.#phase = 'failed';
      this.#log('adoption-failed', { reason: sentenceOf(error) });
    }
  }

  report(): Report {
    const state = this.#store?.state ?? null;
    const recovery = this.#recovery?.recovery;
    return {
      version: VERSION,
      pid: process.pid,
      service: this.#service.name,
      sharedDir: this.#service.sharedDir,
      phase: this.#phase,
      verdict: this.#verdict(),
      faultCode: this.#fault?.code ?? null,
      owner: state && { node: state.holder.node, epoch: state.epoch, since: state.since },
      stateNumber: state?.stateNumber ?? null,
      clients: countClients(state ?? { ledger: new Map(), current: new Map(), inherited: new Map() }),
      lag: this.#writer.lag,
      waitingFor: [...(recovery?.waitingFor ?? [])],
      problems: this.#problems(),
    };
  }

  /** The monitor's question; where the monitor captures, its capture. */
  async monitor(): Promise<Report> {
    if (this.#picture !== null && this.#phase !== 'stopping') {
      await Promise.race([this.#captureAndJudge(), pause(MONITOR_WITHIN, undefined, { ref: false })]);
    }
    return this.report();
  }

  /** A last capture, the release of the locks where it is due, and the end. Bounded, whatever the storage does. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #adopt(): Promise<void> {
    const statd = statdDirectory(await findStatdDirectory(this.#service.statdDir));
    const { lockManager, statd: statdProcess } = await this.#atWork();
    const holder: Holder = {
      node: nodeName(),
      bootId: await bootId(),
      lockManager: lockManager?.identity ?? null,
      statd: statdProcess,
    };
    const claim = await claimEpoch({ dir: this.#service.sharedDir, service: this.#service.name, holder });
    const { former } = claim;
    const picture = new Picture({
      directory: statd,
      known: former?.holder.bootId === holder.bootId ? former.current.values() : [],
    });
    const { base, present, inPlace } = await adopt(former, holder, lockManager, picture);
    const store = await claim.establish(base);
    this.#statd = statd;
    this.#store = store;
    this.#picture = picture;
    this.#judge = new RemovalJudge({ initial: holder });
    this.#log('adopted', {
      epoch: store.state.epoch,
      node: holder.node,
      from: former?.holder.node ?? null,
      inPlace,
    });
    if (store.state.inherited.size > 0) await this.#beginRecovery(present);
    else this.#phase = 'capturing';
    this.#watch = watchPicture({ picture, wake: () => this.#wake() });
    void this.#live();
  }

  /** The keeper's pulse, until stop. */
  async #live(): Promise<void> {
    while (this.#stopped === null) {
      try {
        await this.#tick();
      } catch (error) {
        this.#log('tick-failed', { reason: sentenceOf(error) });
      }
      await pause(TICK);
    }
  }

  async #tick(): Promise<void> {
    const local = localAddresses();
    this.#addressSeen ||= this.#service.addresses.some((address) => local.has(address));
    this.#checking ??= this.#checkOwnership();
    const { lockManager, statd } = await this.#atWork();
    const { holder } = this.#required().state;
    const identity = lockManager?.identity ?? holder.lockManager;
    if (identity !== holder.lockManager || statd !== holder.statd) {
      const change: Change = { type: 'holder', lockManager: identity, statd };
      if (holder.lockManager !== null && identity !== holder.lockManager) await this.#recoverInPlace(change);
      else await this.#writer.push([change]);
    }
    if (this.#service.capture === 'watch') await this.#captureAndJudge();
  }

  async #checkOwnership(): Promise<void> {
    const store = this.#required();
    this.#owner = (await store.isOwner().catch(() => true)) && this.#owner;
    this.#checking = null;
  }

  /** The lock manager restarted behind our back: whoever had locks is told, like after a failover. */
  async #recoverInPlace(holder: Change): Promise<void> {
    this.#log('lock-manager-restarted');
    this.#recovery?.abort.abort();
    await this.#recovery?.done;
    await this.#writer.push([{ type: 'recovery-begun', at: Date.now() }, holder]);
    if (this.#required().state.inherited.size > 0) await this.#beginRecovery([]);
  }

  async #beginRecovery(present: readonly StoredFile[]): Promise<void> {
    this.#phase = this.#phase === 'adopting' ? 'adopting' : 'recovering';
    const recovery = new Recovery(this.#world());
    await recovery.prepare(present);
    const abort = new AbortController();
    const done = recovery.run(abort.signal).then(
      (end) => {
        this.#log('recovery', { end });
        this.#trouble = recovery.trouble;
        this.#recovery = null;
        if (this.#phase === 'recovering') this.#phase = 'capturing';
      },
      (error: unknown) => {
        this.#trouble = `former clients could not be told: ${sentenceOf(error)}`;
        this.#log('recovery-failed', { reason: sentenceOf(error) });
        this.#recovery = null;
        if (this.#phase === 'recovering') this.#phase = 'capturing';
      },
    );
    this.#recovery = { recovery, abort, done, since: Date.now() };
    this.#phase = 'recovering';
  }

  #world(): RecoveryWorld {
    const statd = this.#statd as StatdDirectory;
    const owner = ownerOf(statd) ?? { uid: 0, gid: 0, mode: 0o700 };
    return {
      service: this.#service,
      state: () => this.#required().state,
      commit: (changes) => this.#writer.push(changes),
      lockManager: async () => (await this.#atWork()).lockManager,
      isGraceOn,
      openGrace,
      localAddresses,
      lacking: () => lacking(this.#service),
      localStateNumber: () => readStateFile(statd.state).catch(() => null),
      resolver: createResolver({}),
      conveyTo: { dir: this.#directory.statdDirectory, owner },
      log: this.#log,
    };
  }

  #wake(): void {
    if (this.#service.capture === 'watch' || this.#recovery !== null) void this.#capture();
  }

  /** Brings the store up to date with `sm/`; calls that come while one is under way share the next one. */
  async #capture(): Promise<void> {
    if (this.#capturing !== null) {
      this.#captureAgain = true;
      return this.#capturing;
    }
    this.#capturing = this.#captureUntilQuiet();
    try {
      await this.#capturing;
    } finally {
      this.#capturing = null;
    }
  }

  async #captureUntilQuiet(): Promise<void> {
    do {
      this.#captureAgain = false;
      await this.#captureOnce();
      if (this.#look?.writing) {
        await pause(3);
        this.#captureAgain = true;
      }
    } while (this.#captureAgain && this.#stopped === null);
  }

  async #captureOnce(): Promise<void> {
    const picture = this.#picture as Picture;
    const look = await picture.look();
    this.#look = look;
    await this.#record(look.captured, []);
  }

  /** A capture, and the removal of clients that were unmonitored while everything was healthy: by a fresh look only. */
  async #captureAndJudge(): Promise<void> {
    await this.#capture();
    const { lockManager, statd } = await this.#atWork();
    const removed = this.#judge.observe({
      absent: this.#look?.absent ?? [],
      at: performance.now(),
      lockManager: lockManager?.identity ?? null,
      statd,
      stopping: this.#stopped !== null,
    });
    await this.#record([], removed);
    this.#picture?.forget(removed);
  }

  async #record(captured: readonly StoredFile[], removed: readonly string[]): Promise<void> {
    const changes: Change[] = captured.map((file) => ({ type: 'captured', file }));
    for (const file of captured) changes.push(...(this.#recovery?.recovery.seen(file) ?? []));
    for (const name of removed) changes.push({ type: 'removed', name });
    for (const client of clientsOf(captured).keys()) this.#undurable.add(client);
    const durable = this.#writer.push(changes).then(() => {
      for (const client of clientsOf(captured).keys()) this.#undurable.delete(client);
    });
    if (removed.length > 0) this.#log('removed', { clients: removed.length });
    await durable;
  }

  async #stop(): Promise<void> {
    const adopted = this.#picture !== null;
    this.#phase = 'stopping';
    this.#watch?.close();
    this.#recovery?.abort.abort();
    if (!adopted) return;
    const giveUp = pause(LAST_CAPTURE_WITHIN, 'hung' as const, { ref: false });
    const lastCapture = this.#lastCapture().catch((error: unknown) => {
      this.#log('last-capture-failed', { reason: sentenceOf(error) });
    });
    const released = await this.#release();
    const outcome = await Promise.race([
      lastCapture.then(() => this.#writer.push([{ type: 'ended', at: Date.now(), released }])),
      giveUp,
    ]);
    if (outcome === 'hung')
      this.#trouble = 'the last capture did not become durable: shared_dir does not answer';
    this.#log('stopped', { released, durable: outcome !== 'hung' });
  }

  async #lastCapture(): Promise<void> {
    const { captured } = await settle(this.#picture as Picture, 200);
    await this.#record(captured, []);
  }

  /** Releases the service's locks on this node, unless they may still be needed here. @returns whether it did. */
  async #release(): Promise<boolean> {
    const local = localAddresses();
    const left = this.#addressSeen && !this.#service.addresses.some((address) => local.has(address));
    if (!this.#service.unlockOnStop || !left) return false;
    const { lockManager } = await this.#atWork();
    if (lockManager === null || (await wasStoppedAlone(this.#service.name))) return false;
    // The kernel drops locks by export: where none are named, there is nothing that could be released.
    if (lockManager.kind === 'kernel' && this.#service.exports.length === 0) return false;
    return this.#releaseFrom(lockManager);
  }

  async #releaseFrom({ kind }: LockManager): Promise<boolean> {
    try {
      await releaseLocks(kind, this.#service);
      return true;
    } catch (error) {
      this.#log('release-failed', { reason: sentenceOf(error) });
      return false;
    }
  }

  #verdict(): Report['verdict'] {
    if (this.#fault !== null) return { state: 'failed', reason: printable(this.#fault.reason) };
    const running = this.#recovery;
    return judgeHealth({
      owner: this.#owner,
      storeTrouble: this.#writer.trouble,
      lag: this.#writer.lag,
      unprotected: this.#undurable.size,
      statdDirectory: this.#look?.directory ?? 'present',
      smPath: this.#statd?.sm ?? '',
      recoveryTrouble: running?.recovery.trouble ?? this.#trouble,
      waitingFor: running?.recovery.waitingFor ?? [],
      waited: running === null ? 0 : Date.now() - running.since,
    });
  }

  #problems(): string[] {
    const files = (this.#look?.problems ?? []).map(({ name, reason }) => `${printable(name)}: ${reason}`);
    const damage = (this.#store?.state.damage ?? []).map(
      ({ file, line, reason }) => `${file}:${line ?? ''} ${reason}`,
    );
    return [...files, ...damage].slice(0, PROBLEMS_SHOWN);
  }

  #required(): Store {
    if (this.#store === null) throw new Fault('failed', 'the lock store is not open yet');
    return this.#store;
  }
}
