import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { KeeperProgram, Report } from '../../../lib/keeper/index.ts';
import { readProcess } from '../../../lib/node/process.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { VERSION } from '../../../lib/version.ts';

/** How a stand-in for a keeper behaves. */
export interface Manner {
  /** What differs from a report of a keeper with which all is well. */
  readonly report?: Partial<Report>;
  /** It listens, and never answers. */
  readonly mute?: boolean;
  /** It ends at once. */
  readonly dead?: boolean;
  /** Exit code where all that is wanted is the release of locks; null: it takes for ever. */
  readonly leave?: number | null;
  /** It takes so long to write down its pid, milliseconds. */
  readonly slow?: number;
  /** It answers that it ends, or does not, and goes on. */
  readonly stubborn?: boolean;
}

/** Writes its pid, listens, answers every question with its report; bounded, should its test die first. */
const PROGRAM = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const manner = JSON.parse(readFileSync(__dirname + '/manner'));
const directory = __dirname + '/' + process.argv[2];
const what = process.argv[3];
if (what !== undefined) {
  appendFileSync(__dirname + '/asked', what + '\\n');
  if (what === 'leave') setTimeout(() => process.exit(manner.leave ?? 0), manner.leave === null ? 40000 : 0);
  return;
}
appendFileSync(__dirname + '/pids', process.pid + '\\n');
if (manner.dead) process.exit(1);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, manner.slow ?? 0);
writeFileSync(directory + '/keeper.pid', process.pid + '\\n');
require('node:fs').rmSync(directory + '/keeper.sock', { force: true });
require('node:net').createServer((socket) => socket.on('error', () => {}).on('data', (text) => {
  const { op } = JSON.parse(text);
  appendFileSync(__dirname + '/asked', op + '\\n');
  if (manner.mute) return;
  socket.end(JSON.stringify({ ...manner.report, pid: process.pid }) + '\\n', () => {
    if ((op === 'stop' || op === 'replace') && !manner.stubborn) process.exit(0);
  });
})).listen(directory + '/keeper.sock');
setTimeout(() => process.exit(0), 40000);
`;

/** A place for run-time directories, and a program that stands in for the keeper. */
export class FakeKeeper {
  readonly runtime: string;
  readonly program: KeeperProgram;
  readonly directory: RuntimeDirectory;

  private constructor(runtime: string) {
    this.runtime = runtime;
    this.program = { node: process.execPath, program: join(runtime, 'keeper.cjs') };
    this.directory = new RuntimeDirectory('nfs-a', runtime);
    writeFileSync(this.program.program, PROGRAM);
    writeFileSync(join(runtime, 'pids'), '');
    writeFileSync(join(runtime, 'asked'), '');
  }

  /** In a directory whose path is short enough for a socket. */
  static async make(t: Test, manner: Manner = {}): Promise<FakeKeeper> {
    const run = await mkdtemp(join(tmpdir(), 'lockferry-'));
    await mkdir(join(run, 'services'));
    const fake = new FakeKeeper(join(run, 'services'));
    t.teardown(async () => {
      for (const pid of fake.pids) {
        const left = await readProcess(pid);
        if (left?.command === 'node') process.kill(pid, 'SIGKILL');
      }
      await rm(run, { recursive: true });
    });
    return fake.behave(manner);
  }

  /** How the next one that is started behaves. */
  behave({ report, ...manner }: Manner): this {
    const clients = { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 0, back: 0, missed: 0 };
    const well: Omit<Report, 'pid'> = {
      ...{ version: VERSION, service: 'nfs-a', sharedDir: '/srv/store', phase: 'capturing', clients },
      ...{ verdict: { state: 'ok', reason: null }, faultCode: null, owner: null, stateNumber: null },
      ...{ lag: 0, unprotected: 0, lastRecovery: null, waitingFor: [], problems: [], handedOverTo: null },
    };
    const text = JSON.stringify({ ...manner, report: { ...well, ...report } });
    writeFileSync(join(this.runtime, 'manner'), text);
    return this;
  }

  /** Of all that were started. */
  get pids(): number[] {
    return this.#lines('pids').map(Number);
  }

  /** What they were asked, in order. */
  get asked(): string[] {
    return this.#lines('asked');
  }

  #lines(name: string): string[] {
    return readFileSync(join(this.runtime, name), 'latin1').split('\n').slice(0, -1);
  }
}
