import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { type Owner, PlacedLines, takeBack } from '../convey/index.ts';
import { sentenceOf } from '../fault.ts';
import { runChecked } from '../node/command.ts';
import type { Log } from '../node/event-log.ts';
import { lockFile } from '../node/file-lock.ts';
import type { LockManager, LockManagerKind } from '../node/lock-manager.ts';
import { RuntimeDirectory, startedServices } from '../node/runtime-directory.ts';
import type { Service } from '../node/service.ts';
import type { StatdDirectory } from '../nsm/statd-directory.ts';
import { RESERVED } from '../nsm/state-number.ts';
import { removePin } from '../recover/lockd-pin.ts';
import { nodeClients } from '../recover/node-clients.ts';
import { NodeDuty, recordDuty } from '../recover/node-duty.ts';
import { notifyClients } from '../recover/notifier/index.ts';
import { reserveNumber } from '../recover/reserve-number.ts';
import { finishRestart, type NodeRecords } from '../recover/restart-round.ts';
import { type Trigger, triggerFor } from '../recover/triggers/index.ts';
import type { Change, StoredFile, StoreState } from '../store/index.ts';
import type { AtWork } from './identities.ts';
import type { Surroundings } from './surroundings.ts';

export interface NodeShareOptions {
  readonly service: Service;
  readonly directory: RuntimeDirectory;
  readonly statd: StatdDirectory;
  readonly owner: Owner;
  readonly placed: PlacedLines;
  readonly state: () => Pick<StoreState, 'holder' | 'stateNumber'>;
  readonly push: (changes: readonly Change[]) => Promise<void>;
  readonly surroundings: Surroundings;
  readonly log: Log;
  /** Milliseconds that a daemon may take to answer once it is started; see RoundMeans. */
  readonly answerWithin?: number;
}

/** What a keeper does that concerns the whole node: its trigger, and what other services' keepers left undone. */
export class NodeShare {
  readonly trigger: Trigger;
  readonly #options: NodeShareOptions;
  readonly #duty: NodeDuty;
  #opening = false;
  #lastKind: LockManagerKind | null = null;

  constructor(options: NodeShareOptions) {
    this.#options = options;
    const { surroundings, state, owner, log } = options;
    const holder = () => state().holder;
    const { atWork, isGraceOn, graceTime, localAddresses, lacking, resolver, node } = surroundings;
    const lockManager = async () => (await atWork()).lockManager;
    this.#duty = new NodeDuty({
      ...{ node, holder, owner, nodeName: holder().node, ownAddresses: () => this.#ownAddresses() },
      surroundings: {
        ...{ lockManager, isGraceOn, graceTime, localAddresses, resolver, log },
        lacking: () => lacking({ exports: [] }),
      },
    });
    this.trigger = this.#trigger(lockManager);
  }

  /** Whether the lock manager may be restarting because a keeper of this node wants it to. */
  get restarting(): boolean {
    return this.#opening || existsSync(this.#options.surroundings.node.planFile);
  }

  /** Who is at work, for whoever judges removals: what goes while a restart is under way is no client's doing. */
  async atWork(): Promise<AtWork> {
    return this.working(await this.#options.surroundings.atWork());
  }

  /** The same where they have been looked at already. */
  working(found: AtWork): AtWork {
    return this.restarting ? { lockManager: null, statd: null } : found;
  }

  /** Takes up what another keeper died in, and what is to be told for the node. */
  async tick(): Promise<void> {
    const { node } = this.#options.surroundings;
    if (!this.#opening && existsSync(node.planFile)) await this.#finishRestart();
    if (!this.#opening && existsSync(node.pin)) await this.#removePin();
    await this.#duty.tick();
  }

  /** statd wrote this file anew. */
  seen(file: StoredFile): void {
    this.#duty.seen(file);
  }

  /** No recovery is under way: what convey put into the live `sm/` and nobody made his own goes again. */
  async settled(): Promise<void> {
    const { placed, state, log } = this.#options;
    try {
      const records = await takeBack(placed, state().holder.node);
      if (records > 0) log('taken-back', { records });
    } catch (error) {
      log('take-back-failed', { reason: sentenceOf(error) });
    }
  }

  stop(): void {
    this.#duty.stop();
  }

  #trigger(lockManager: () => Promise<LockManager | null>): Trigger {
    const { service, directory, statd, owner, placed, surroundings, log, state, push } = this.#options;
    const { isGraceOn, openGrace, node } = surroundings;
    const base = triggerFor({
      ...{ service, node, statd, placed, log, isGraceOn, openGrace },
      lockManager,
      conveyTo: { dir: directory.statdDirectory, owner },
      placedFile: directory.placedFile,
      reserve: () => reserveNumber({ state: state(), commit: push }, statd, RESERVED),
      findStatd: async () => (await surroundings.atWork()).statd,
      ...this.#roundMeans(),
    });
    const isOwed = () => this.#duty.open;
    return {
      open: (...asked) => this.#open(base, ...asked),
      place: base.place,
      // Where one of us restarted the lock manager, nobody else knows that clients have to be told.
      get tell() {
        return base.tell ?? (isOwed() ? notifyClients : null);
      },
    };
  }

  async #open(base: Trigger, ...args: Parameters<Trigger['open']>): ReturnType<Trigger['open']> {
    const { surroundings, push } = this.#options;
    await this.#kind();
    this.#opening = true;
    try {
      const way = await base.open(...args);
      const { lockManager, statd } = await surroundings.atWork();
      // Or the keeper would take it for a restart behind its back.
      if (way === 'restarted') {
        await push([{ type: 'holder', lockManager: lockManager?.identity ?? null, statd }]);
      }
      return way;
    } finally {
      this.#opening = false;
    }
  }

  #roundMeans() {
    const { directory, state, placed, surroundings, log } = this.#options;
    return {
      placedIn: (path: string) => (path === directory.placedFile ? placed : new PlacedLines(path)),
      recordDuty: async ({ files, stateNumber }: NodeRecords) => {
        const clients = await nodeClients(files, await this.#kind());
        if (clients.length < files.length) log('duty-leaves-out', { files: files.length - clients.length });
        await recordDuty(surroundings.node, state().holder, { files: clients, stateNumber });
      },
    };
  }

  /** Of the lock manager, which may be stopped just now; null: it is not known. */
  async #kind(): Promise<LockManagerKind | null> {
    // Once NFS-Ganesha is stopped for a restart, a lone lockd is seen that serves this node's own mounts.
    if (this.#opening && this.#lastKind !== null) return this.#lastKind;
    const { lockManager } = await this.#options.surroundings.atWork();
    this.#lastKind = lockManager?.kind ?? this.#lastKind;
    return this.#lastKind;
  }

  async #finishRestart(): Promise<void> {
    const { statd, surroundings, log, answerWithin } = this.#options;
    const { node, lacking } = surroundings;
    const release = await lockFile(node.restartLock, 0);
    if (release === null) return;
    try {
      const { placedIn, recordDuty: beforeDrop } = this.#roundMeans();
      const finished = await finishRestart({
        ...{ planFile: node.planFile, statd, placedIn, beforeDrop },
        ...{ lacks: () => lacking({ exports: [] }), within: answerWithin },
      });
      if (finished) log('restart-finished');
    } finally {
      await release();
    }
  }

  async #removePin(): Promise<void> {
    const { surroundings, log } = this.#options;
    const { node } = surroundings;
    const release = await lockFile(node.restartLock, 0);
    if (release === null) return;
    try {
      if (await removePin({ directory: node.pin, run: runChecked })) log('pin-removed');
    } catch (error) {
      log('pin-not-removed', { reason: sentenceOf(error) });
    } finally {
      await release();
    }
  }

  async #ownAddresses(): Promise<readonly string[]> {
    const { directory, surroundings } = this.#options;
    const base = dirname(directory.path);
    const services = await Promise.all(
      (await startedServices(base)).map((name) =>
        new RuntimeDirectory(name, base).service().catch(() => null),
      ),
    );
    const floating = new Set(services.flatMap((service) => service?.addresses ?? []));
    return [...surroundings.localAddresses()].filter(
      (address) => isIP(address) !== 0 && !floating.has(address) && !/^(127\.|::1$|fe[89ab])/.test(address),
    );
  }
}
