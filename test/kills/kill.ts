import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseMonitorFile } from '../../lib/nsm/monitor-file.ts';
import { readStore } from '../../lib/store/index.ts';
import { AGENT, type Owner, Sandbox, SHARE } from '../conformance/sandbox.ts';
import { Disk } from './disk.ts';
import { type Grant, type Loss, lossOf } from './loss.ts';
import type { Mode, Monitored } from './modes.ts';

const CALLOUT = `${SHARE}/statd-callout`;
/** Not empty while the callout waits for the keeper; see agents/statd-callout. */
export const ARMED = '/run/lockferry/callout/locks/armed';
/** Periods of the copiers that lose something beside us, in seconds. */
export const COPIERS = [2, 5] as const;
/** The stream must outlive the longest period, so that every moment of every period is as likely to be the last. */
const LEAST = 5_500;
const MOST = 7_000;
/** A node has fallen silent this long after it was killed, milliseconds. */
const SILENT_WITHIN = 20_000;

export interface Setting {
  /** The built Lockferry. */
  readonly dist: string;
  /** For the disks: on a real one, syncing costs what it costs. */
  readonly dir: string;
  readonly clientsPerSecond: number;
  /** Seconds between two actions of the recurring monitor. */
  readonly interval: number;
}

/** What came of one kill. */
export interface Kill {
  readonly granted: number;
  /** What the client waited that waited longest, milliseconds: half a second and more says that nobody was waited for. */
  readonly slowest: number;
  /** Milliseconds from the start of the stream. */
  readonly after: number;
  /** What the lock store lacks: where processes died and the machine went on, and where its power was cut. */
  readonly killed: Loss;
  readonly powerCut: Loss;
  /** What each copier lacks after the power cut, by its period. */
  readonly copiers: Readonly<Record<string, Loss>>;
  readonly broken: string | null;
}

/** Builds a node, lets clients take locks, kills it at a random moment, and judges what is left. */
export async function kill(mode: Mode, setting: Setting): Promise<Kill> {
  const endings: (() => unknown)[] = [];
  const owner: Owner = { teardown: (end) => endings.unshift(end) };
  try {
    return await killOn(owner, mode, setting);
  } finally {
    for (const end of endings) await end();
  }
}

async function killOn(owner: Owner, mode: Mode, setting: Setting): Promise<Kill> {
  const dir = mkdtempSync(join(setting.dir, 'kill-'));
  owner.teardown(() => rmSync(dir, { recursive: true }));
  const disk = Disk.make(dir);
  owner.teardown(() => disk.remove());
  const node = await Sandbox.create(owner, setting.dist, ['--node', process.execPath]);
  await mustDo(node, ['/bin/sh', script('node.sh'), disk.path, ...(mode.callout ? [CALLOUT] : [])], {});
  const parameters = {
    OCF_RESOURCE_INSTANCE: 'locks',
    OCF_RESKEY_shared_dir: join(disk.path, 'store'),
    OCF_RESKEY_ip: '192.0.2.1',
    OCF_RESKEY_lock_manager: 'kernel',
    OCF_RESKEY_capture: mode.capture,
  };
  await mustDo(node, [AGENT, 'start'], parameters);
  if (mode.callout) await mustDo(node, ['test', '-s', ARMED], {});

  const { interval } = setting;
  const monitors = node.start([script('monitors.sh'), AGENT, `${interval}`, phaseOf(interval)], parameters);
  const monitored = linesOf(monitors.stdout);
  for (const period of COPIERS) {
    const to = copyOf(disk, period);
    mkdirSync(to);
    linesOf(node.start([script('copier.sh'), to, `${period}`, phaseOf(period)]).stdout);
  }
  const { granted, gone } = await startStream(node, setting.clientsPerSecond);
  const began = Date.now();
  await new Promise((done) => setTimeout(done, LEAST + Math.random() * (MOST - LEAST)));

  const killedAt = performance.timeOrigin + performance.now();
  await node.kill();
  // Not before everybody is dead: who lives a moment longer may grant another lock.
  disk.cut();
  await gone;
  const grants = granted().map(grantOf);
  const lossIn = async (kept: Promise<Set<string>>) => lossOf(grants, await kept, killedAt);
  const killed = await lossIn(keptInStore(disk));
  disk.revive();
  const powerCut = await lossIn(keptInStore(disk));
  const copiers: Record<string, Loss> = {};
  for (const period of COPIERS)
    copiers[period] = lossOf(grants, keptByCopier(copyOf(disk, period)), killedAt);
  const facts = { killedAt, monitored: monitored().slice(1).map(monitoredOf) };
  const broken = mode.broken({ ...facts, loss: killed }) ?? mode.broken({ ...facts, loss: powerCut });
  const slowest = Math.round(Math.max(0, ...grants.map(({ took }) => took)));
  const after = Math.round(killedAt - began);
  return { granted: grants.length, slowest, after, killed, powerCut, copiers, broken };
}

/** Lets clients come; resolves when the first one has its lock. `gone` resolves when the node is silent. */
async function startStream(node: Sandbox, clientsPerSecond: number) {
  const program = fileURLToPath(new URL('./stream.js', import.meta.url));
  const words = [
    `--net=/proc/${node.pid}/ns/net`,
    process.execPath,
    program,
    hostname(),
    `${clientsPerSecond}`,
  ];
  const stream = spawn('nsenter', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const granted = linesOf(stream.stdout);
  const gone = once(stream, 'exit', { signal: AbortSignal.timeout(MOST + SILENT_WITHIN) });
  await once(stream.stdout, 'data');
  return { granted, gone };
}

/** The clients that are in a lock store. */
async function keptInStore(disk: Disk): Promise<Set<string>> {
  const { current, inherited } = await readStore(join(disk.path, 'store'));
  const files = [...current.values(), ...inherited.values()];
  return new Set(files.flatMap(({ records }) => records.map(({ monName }) => monName)));
}

/** The clients whose files a copier has, whole. */
function keptByCopier(dir: string): Set<string> {
  const files = readdirSync(dir).map((name) => parseMonitorFile(readFileSync(join(dir, name))));
  return new Set(files.flatMap(({ records }) => records.map(({ monName }) => monName)));
}

function copyOf(disk: Disk, period: number): string {
  return join(disk.path, `copy-${period}`);
}

function script(name: string): string {
  return resolve('test/kills', name);
}

/** When something that recurs is due for the first time, so that all its moments are equally likely: in seconds. */
function phaseOf(period: number): string {
  return (Math.random() * period).toFixed(3);
}

/** A grant, and how long its client had waited for it, milliseconds. */
interface Answered extends Grant {
  readonly took: number;
}

function grantOf(line: string): Answered {
  const [client = '', at = '', took = ''] = line.split(' ');
  return { client, at: Number(at), took: Number(took) };
}

function monitoredOf(line: string): Monitored {
  const [began = '', code = ''] = line.split(' ');
  return { began: Number(began), code: Number(code) };
}

/** Collects what is printed; the function gives the whole lines so far. */
function linesOf(readable: Readable): () => string[] {
  let text = '';
  readable.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text.split('\n').slice(0, -1);
}

async function mustDo(node: Sandbox, command: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await node.run(command, env);
  if (code !== 0) throw new Error(`${command.join(' ')} ends with ${code}: ${stdout}${stderr}`);
}
