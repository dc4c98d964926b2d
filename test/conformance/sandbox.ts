import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buildSync } from 'esbuild';
import { execa } from 'execa';
import type { Test } from 'tap';

export const AGENT = '/usr/lib/ocf/resource.d/lockferry/nfslock';
export const SHARE = '/usr/share/lockferry';

export interface Answer {
  /** 128 + signal where one ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a sandbox lasts as long as: a test, for instance. */
export interface Owner {
  teardown(end: () => unknown): void;
}

/** Parameters with which nfslock can run. */
export const RIGHT: Readonly<Record<string, string>> = {
  OCF_RA_VERSION_MAJOR: '1',
  OCF_RA_VERSION_MINOR: '1',
  OCF_RESOURCE_INSTANCE: 'locks',
  OCF_RESKEY_shared_dir: '/srv/locks',
  OCF_RESKEY_ip: '192.0.2.1',
};

/**
 * A node of its own, in namespaces, with Lockferry installed: own /run, /var/lib/nfs, network and processes.
 * Everything in it ends with the test.
 */
export class Sandbox {
  /** Its first process, as this machine sees it: with it, everything in the sandbox ends. */
  readonly pid: number;
  readonly #enter: readonly string[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.#enter = ['--target', String(pid), '--mount', '--net', '--pid', '--'];
  }

  /** Where its file systems lie as this machine sees them. */
  get root(): string {
    return `/proc/${this.pid}/root`;
  }

  static async create(owner: Owner, dist: string, install: readonly string[] = []): Promise<Sandbox> {
    const namespaces = '--mount --propagation=private --net --pid --fork --kill-child --mount-proc'.split(
      ' ',
    );
    const script = resolve('test/conformance/sandbox.sh');
    const words = [...namespaces, script, resolve(dist), ...install];
    const child = spawn('unshare', words, { stdio: 'pipe' });
    // unshare complains when its child is killed, which is what some tests are about.
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    owner.teardown(() => end(child));
    const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (String(said) !== 'ready\n') throw new Error(`the sandbox says ${said}: ${complaints}`);
    const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim();
    return new Sandbox(child, Number(first));
  }

  /** Runs a program inside, with this environment and no more; for at most a minute. */
  async run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const result = await execa('/usr/bin/nsenter', [...this.#enter, ...command], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      stripFinalNewline: false,
      timeout: 120_000,
    });
    if (result.exitCode === undefined) throw new Error(result.shortMessage);
    return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  }

  /** Starts a program inside that goes on until the sandbox ends; it says something on its standard output. */
  start(
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcessByStdio<null, Readable, null> {
    return spawn('/usr/bin/nsenter', [...this.#enter, ...command], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** SIGKILL to everything inside; resolves when all of it is dead. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    process.kill(this.pid, 'SIGKILL');
    await exited;
  }

  /** Runs shell commands inside. */
  sh(script: string, env: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.run(['/bin/sh', '-c', script], env);
  }

  /** Runs an action of the installed agent. */
  agent(action: string, env: Readonly<Record<string, string>> = RIGHT): Promise<Answer> {
    return this.run([AGENT, action], env);
  }
}

/**
 * What is to be installed, which must not be a dist/ of yesterday: what scripts/test has built (LOCKFERRY_DIST), or else
 * it is built now. Only to be read.
 */
export function built(t: Test): string {
  return process.env.LOCKFERRY_DIST ?? build(t);
}

function build(t: Test): string {
  const dist = t.testdir({});
  execFileSync(process.execPath, ['scripts/build.mjs', '--outdir', dist], { stdio: 'inherit' });
  return dist;
}

/** The same with fake-keeper.ts as the keeper, for the tests of what stands before it. */
export function builtWithFakeKeeper(t: Test): string {
  const dist = build(t);
  buildSync({
    entryPoints: ['test/conformance/fake-keeper.ts'],
    outfile: join(dist, 'keeper.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  return dist;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}
