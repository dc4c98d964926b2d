import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askKeeper, type Report } from '../../../lib/keeper/index.ts';
import { readStore } from '../../../lib/store/index.ts';
import { FLOATING, type Host, Lab, LOCK_STORE, waitUntil } from '../../../scripts/lab/index.ts';
import { installLockferry } from '../../../scripts/lab/install.ts';
import { lineOf } from '../../lib/capture/sm-directory.ts';
import { type DoorLife, livesAtTheDoor } from './door.ts';
import type { Life, Promised } from './judge.ts';
import { changedIn, stepsIn, TRACED, type TracedStep } from './trace.ts';

const AGENT = '/usr/lib/ocf/resource.d/lockferry/nfslock';
const NODE = '/usr/local/sbin/traced-node';
const RUN = '/run/lockferry/services/locks';
const DOOR = '/run/lockferry/callout/locks';
const CALLOUT = '/usr/share/lockferry/statd-callout';
const LOCK_MANAGER = '/lab/.tap-build/test/lib/capture/sm-mon.js';
/** A client whose status monitor answers; the others are nowhere. */
const ANSWERING = '10.77.0.11';
/** Each of so many files is written so many times: more lines than a journal may have before it is written anew. */
const CROWD = 60;
const ROUNDS = 20;

/**
 * A service's life on two nodes, under strace: its first start on storage without a store, clients that come one by one
 * and in a crowd until the journal is written anew, the adoption by another node, which tells the clients, loses its
 * keeper, tells them again and lives to see grace end, and the way back, where the real rpc.statd asks by its callout: a
 * keeper that answers, one that is too slow, and one that comes in the place of a dead one. The real bundles and the real
 * callout run beside a real NFS-Ganesha.
 */
export async function liveUnderTrace(): Promise<TracedLife> {
  const lab = await Lab.create();
  try {
    const options = { prepare: (root: string) => prepare(lab, root), grace: 8, lease: 2 };
    const [n1, n2] = await Promise.all([
      lab.addNode('n1', '10.77.0.1', options),
      lab.addNode('n2', '10.77.0.2', options),
      lab.addHost('c1', ANSWERING),
    ]);
    const scene = new Scene(lab);
    await scene.firstNode(n1);
    await scene.secondNode(n2);
    await scene.backAgain(n1);
    await scene.asked(n1);
    return await scene.life([n1, n2]);
  } finally {
    await lab.destroy();
  }
}

/** Installs Lockferry with an interpreter that is traced, and so is the keeper that it starts. */
async function prepare(lab: Lab, root: string): Promise<void> {
  await installLockferry(lab.repository, root, NODE);
  const strace = `/usr/bin/strace -D -f -ttt -y -s 16777216 -e trace=${TRACED} -e signal=none`;
  mkdirSync(join(root, 'usr/local/sbin'), { recursive: true });
  mkdirSync(join(root, 'trace'));
  const script = `#!/bin/sh\nexec ${strace} -o "/trace/$$" ${process.execPath} "$@"\n`;
  writeFileSync(join(root, NODE), script, { mode: 0o755 });
  // rpc.statd runs it as its own user.
  mkdirSync(join(root, 'trace/callouts'));
  chmodSync(join(root, 'trace/callouts'), 0o777);
  renameSync(join(root, CALLOUT), join(root, `${CALLOUT}-itself`));
  const callout = `#!/bin/sh\nexec ${strace.replace(' -D', '')} -o "/trace/callouts/$$" ${CALLOUT}-itself "$@"\n`;
  writeFileSync(join(root, CALLOUT), callout, { mode: 0o755 });
}

/** A life, what was said at the callout's door in it, and which files were changed that are not in the lock store. */
export interface TracedLife extends Life {
  readonly door: DoorLife;
  readonly elsewhere: readonly string[];
}

class Scene {
  readonly #store: string;
  readonly #promises: Promised[] = [];
  readonly #clients: string[] = [];
  #missed: ReadonlySet<string> = new Set();

  constructor(lab: Lab) {
    this.#store = lab.sharedPath(LOCK_STORE.replace('/srv/shared', ''));
  }

  async firstNode(node: Host): Promise<void> {
    await this.#agent(node, 'start');
    for (const client of [ANSWERING, '198.51.100.1', '198.51.100.2', 'client.example']) {
      await this.#comes(node, [client]);
    }
    const crowd = Array.from({ length: CROWD }, (_, index) => `192.0.2.${index + 1}`);
    await this.#comes(node, crowd);
    for (let round = 1; round < ROUNDS; round++) await this.#comeAgain(node, crowd, round);
    await this.#comes(node, ['198.51.100.3']);
    // The last capture is the stop's own.
    await node.writeFile('/var/lib/nfs/sm/198.51.100.4', lineOf('198.51.100.4'));
    this.#clients.push('198.51.100.4');
    await this.#agent(node, 'stop');
    this.#promise({ clients: ['198.51.100.4'] });
    for (const client of this.#clients) await node.removeFile(`/var/lib/nfs/sm/${client}`);
    this.#missed = new Set(this.#clients.filter((client) => client !== ANSWERING));
  }

  async secondNode(node: Host): Promise<void> {
    await this.#agent(node, 'start');
    const address = ['ip', 'address', 'add', `${FLOATING}/32`, 'dev', 'eth0'];
    await node.output(address);
    await this.#telling(node, 1);
    await this.#until(node, 'the client is told', ({ clients }) => clients.told > 0);
    await this.#toKeeper(node, 'KILL');
    await this.#agent(node, 'monitor');
    await this.#telling(node, 2);
    await node.writeFile(`/var/lib/nfs/sm/${ANSWERING}`, lineOf(ANSWERING, 'n2'));
    await this.#until(node, 'the client is back', ({ clients }) => clients.back === 1);
    await this.#comes(node, ['198.51.100.5']);
    await this.#until(node, 'the recovery is over', ({ phase }) => phase === 'capturing');
    await this.#comes(node, ['198.51.100.6']);
    await this.#agent(node, 'stop');
    await node.output(['ip', 'address', 'del', ...address.slice(3)]);
  }

  async backAgain(node: Host): Promise<void> {
    await this.#agent(node, 'start');
    await this.#comes(node, ['198.51.100.7']);
  }

  /** The lock manager asks statd, and statd its callout. */
  async asked(node: Host): Promise<void> {
    await node.output(['lockferry', 'setup', 'callout', '--yes']);
    await node.service('restart', 'statd');
    await this.#armed(node);
    await this.#monitored(node, '198.51.100.11', '198.51.100.12');
    // Too slow for the first of them, and not waited for by the second.
    await this.#toKeeper(node, 'STOP');
    await this.#monitored(node, '198.51.100.13', '198.51.100.14');
    await this.#toKeeper(node, 'CONT');
    await this.#armed(node);
    await this.#monitored(node, '198.51.100.15');
    await this.#toKeeper(node, 'STOP');
    await this.#monitored(node, '198.51.100.16', '198.51.100.17');
    await this.#toKeeper(node, 'KILL');
    await this.#agent(node, 'monitor');
    await this.#armed(node);
    await this.#monitored(node, '198.51.100.18');
    await this.#agent(node, 'stop');
  }

  async life(nodes: readonly Host[]): Promise<TracedLife> {
    const keepers = nodes.flatMap((node) => tracesIn(node, '/trace'));
    const callouts = nodes.flatMap((node) => tracesIn(node, '/trace/callouts'));
    const steps: TracedStep[] = keepers.flatMap((trace) => stepsIn(trace, LOCK_STORE));
    steps.sort((one, other) => one.at - other.at);
    const door = livesAtTheDoor(DOOR, { callouts, keepers });
    const changed = new Set([...keepers, ...callouts].flatMap(changedIn));
    const elsewhere = [...changed].filter((path) => !path.startsWith(LOCK_STORE));
    return { steps, promises: [...this.#promises, ...door.promises], missed: this.#missed, door, elsewhere };
  }

  /** A lock manager has them monitored, one after the other; resolves when statd has said yes to the last one. */
  async #monitored(node: Host, ...clients: readonly string[]): Promise<void> {
    const input = clients.map((client) => `mon ${client} ${node.name} ${'0'.repeat(32)}\n`).join('');
    await node.output([process.execPath, LOCK_MANAGER], { input });
  }

  #toKeeper(node: Host, signal: string): Promise<string> {
    return node.output(['sh', '-c', `kill -${signal} "$(cat ${RUN}/keeper.pid)"`]);
  }

  /** The callout asks and waits, and nothing is left in the spool. */
  async #armed(node: Host): Promise<void> {
    const test = ['sh', '-c', `[ -s ${DOOR}/armed ] && [ ! -s ${DOOR}/spool ]`];
    await waitUntil(
      'the callout waits for the keeper',
      { timeout: 20 },
      async () => (await node.run(test)).code === 0,
    );
  }

  /** Clients whose records statd writes; the keeper says that they are durable. */
  async #comes(node: Host, clients: readonly string[]): Promise<void> {
    this.#clients.push(...clients);
    const before = sum((await this.#ask(node)).clients);
    await this.#write(node, clients, 0);
    await this.#until(node, 'they are durable', (report) => {
      return report.lag === 0 && sum(report.clients) >= before + clients.length;
    });
    this.#promise({ clients });
  }

  /** statd writes the same clients anew, each time with another cookie. */
  async #comeAgain(node: Host, clients: readonly string[], round: number): Promise<void> {
    const cookie = await this.#write(node, clients, round);
    await waitUntil('they are written down anew', { timeout: 20 }, async () => {
      const { current } = await readStore(this.#store);
      return clients.every((client) => current.get(client)?.records[0]?.cookie === cookie);
    });
    await this.#until(node, 'they are durable', ({ lag }) => lag === 0);
    this.#promise({ clients });
  }

  async #write(node: Host, clients: readonly string[], round: number): Promise<string> {
    const cookie = round.toString(16).padStart(32, '0');
    for (const client of clients) {
      await node.removeFile(`/var/lib/nfs/sm/${client}`);
      await node.writeFile(`/var/lib/nfs/sm/${client}`, lineOf(client, 'n1', cookie));
    }
    return cookie;
  }

  async #agent(node: Host, action: 'start' | 'monitor' | 'stop'): Promise<void> {
    const env = {
      ...{ OCF_ROOT: '/usr/lib/ocf', OCF_RESOURCE_INSTANCE: 'locks', OCF_RESKEY_ip: FLOATING },
      ...{ OCF_RESKEY_shared_dir: LOCK_STORE, OCF_RESKEY_lock_manager: 'ganesha' },
    };
    // strace goes on for as long as the keeper, and keeps what the agent had as its standard output.
    await node.output(['sh', '-c', `exec ${AGENT} ${action} >>/var/log/agent.log 2>&1`], { env });
    if (action !== 'stop') this.#promise({ epoch: (await this.#ask(node)).owner?.epoch ?? 0 });
  }

  /** Waits for the n-th round of telling, which has reserved its number. */
  async #telling(node: Host, round: number): Promise<void> {
    const event = await waitUntil(`round ${round} of telling`, { timeout: 30 }, async () => {
      const lines = (await node.readFile(`${RUN}/events.jsonl`)).split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line)).filter((one) => one.event === 'telling')[round - 1];
    });
    this.#promises.push({ at: event.at + 1, number: event.number });
  }

  #promise(what: Omit<Promised, 'at'>): void {
    this.#promises.push({ at: Date.now() + 1, ...what });
  }

  #ask(node: Host): Promise<Report> {
    return askKeeper(`/proc/${node.pid}/root${RUN}/keeper.sock`, 'report', Date.now() + 5000);
  }

  async #until(node: Host, what: string, met: (report: Report) => boolean): Promise<void> {
    const explain = async () => JSON.stringify(await this.#ask(node));
    await waitUntil(what, { timeout: 40, explain }, async () => met(await this.#ask(node)));
  }
}

/** What strace wrote in a directory of a node. */
function tracesIn(node: Host, path: string): string[] {
  const dir = `/proc/${node.pid}/root${path}`;
  const files = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ name }) => readFileSync(join(dir, name), 'latin1'));
}

function sum(counts: Report['clients']): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}
