import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askKeeper, type Report } from '../../../lib/keeper/index.ts';
import { readStore } from '../../../lib/store/index.ts';
import { FLOATING, type Host, Lab, LOCK_STORE, waitUntil } from '../../../scripts/lab/index.ts';
import { installLockferry } from '../../../scripts/lab/install.ts';
import { lineOf } from '../../lib/capture/sm-directory.ts';
import type { Life, Promised } from './judge.ts';
import { stepsIn, TRACED, type TracedStep } from './trace.ts';

const AGENT = '/usr/lib/ocf/resource.d/lockferry/nfslock';
const NODE = '/usr/local/sbin/traced-node';
const RUN = '/run/lockferry/services/locks';
/** A client whose status monitor answers; the others are nowhere. */
const ANSWERING = '10.77.0.11';
/** Each of so many files is written so many times: more lines than a journal may have before it is written anew. */
const CROWD = 60;
const ROUNDS = 20;

/**
 * A service's life on two nodes, under strace: its first start on storage without a store, clients that come one by one
 * and in a crowd until the journal is written anew, the adoption by another node, which tells the clients, loses its
 * keeper, tells them again and lives to see grace end, and the way back. The real bundles run beside a real NFS-Ganesha.
 */
export async function liveUnderTrace(): Promise<Life> {
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
    await node.output(['sh', '-c', `kill -KILL "$(cat ${RUN}/keeper.pid)"`]);
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
    await this.#agent(node, 'stop');
  }

  async life(nodes: readonly Host[]): Promise<Life> {
    const steps: TracedStep[] = [];
    for (const node of nodes) {
      const files = (await node.output(['ls', '/trace'])).split('\n').filter(Boolean);
      for (const file of files) {
        steps.push(...stepsIn(readFileSync(`/proc/${node.pid}/root/trace/${file}`, 'latin1'), LOCK_STORE));
      }
    }
    steps.sort((one, other) => one.at - other.at);
    return { steps, promises: this.#promises, missed: this.#missed };
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

function sum(counts: Report['clients']): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}
