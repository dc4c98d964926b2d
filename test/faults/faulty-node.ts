import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { askKeeper, askMonitor, type Report } from '../../lib/keeper/index.ts';
import { readStore, type StoreState } from '../../lib/store/index.ts';
import { type Answer, built, RIGHT, Sandbox } from '../conformance/sandbox.ts';
import { lineOf } from '../lib/capture/sm-directory.ts';
import { FaultyStorage } from './faulty-storage.ts';

const RUN = 'run/lockferry/services/locks';

/** A node with Lockferry installed, whose service has its lock store on a storage that fails or hangs as it is told. */
export class FaultyNode {
  readonly sandbox: Sandbox;
  readonly storage: FaultyStorage;

  private constructor(sandbox: Sandbox, storage: FaultyStorage) {
    this.sandbox = sandbox;
    this.storage = storage;
  }

  static async create(t: Test): Promise<FaultyNode> {
    const sandbox = await Sandbox.create(t, built(t), ['--node', process.execPath]);
    return new FaultyNode(sandbox, await FaultyStorage.mount(t, sandbox));
  }

  /** Runs an action of the installed agent as Pacemaker does. @returns its answer, and how long it took in ms */
  async agent(
    action: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { took: number }> {
    const began = performance.now();
    const parameters = {
      OCF_RESKEY_shared_dir: '/srv/shared/locks',
      OCF_RESKEY_lock_manager: 'ganesha',
      OCF_RESKEY_max_lag: '5',
    };
    const answer = await this.sandbox.agent(action, { ...RIGHT, ...parameters, ...more });
    return { ...answer, took: performance.now() - began };
  }

  /** What the keeper says, asked by the way that the agent takes. */
  async keeper(op: 'report' | 'monitor' = 'report'): Promise<Report> {
    const socket = join(this.sandbox.root, RUN, 'keeper.sock');
    if (op === 'monitor') await askMonitor(socket, Date.now() + 5000);
    return askKeeper(socket, 'report', Date.now() + 5000);
  }

  /** Client by client, as statd does. */
  monitors(client: string): void {
    writeFileSync(this.sm(client), lineOf(client));
  }

  forgets(client: string): void {
    rmSync(this.sm(client));
  }

  sm(name = ''): string {
    return join(this.sandbox.root, 'var/lib/nfs/sm', name);
  }

  /** What is on the storage, whatever becomes of those who ask it. */
  stored(): Promise<StoreState> {
    return readStore(join(this.storage.behind, 'locks'));
  }

  /** The clients that are in the store: captured in this epoch or left by former ones. */
  async clients(): Promise<Set<string>> {
    const { current, inherited } = await this.stored();
    return new Set([...current.keys(), ...inherited.keys()]);
  }
}
