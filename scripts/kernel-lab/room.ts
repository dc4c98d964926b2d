import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { SYSTEM_ENVIRONMENT } from './host.ts';
import { LAB_SOURCES } from './project.ts';
import { until } from './until.ts';

/** The host process ids of a process's children. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** The namespaces that hold a lab. Its process 1 ends with this process, and everything in the room with it. */
export class Room {
  readonly #child: ChildProcess;
  readonly #pid: number;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.#pid = pid;
  }

  static async open(): Promise<Room> {
    const argv = ['-m', '-p', '-n', '-f', '--kill-child=KILL', '--propagation', 'private'];
    const child = spawn('unshare', [...argv, '/bin/sh', join(LAB_SOURCES, 'room.sh')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: SYSTEM_ENVIRONMENT,
      detached: true,
    });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
    });
    await until(async () => said.includes('ready\n'), { what: 'the room', timeout: 60_000, every: 10 }).catch(
      (cause) => {
        child.kill('SIGKILL');
        throw new Error(`the lab's namespaces could not be made: ${said.trim()}`, { cause });
      },
    );
    const [pid] = childrenOf(Number(child.pid));
    if (pid === undefined) throw new Error("the room's first process has gone");
    return new Room(child, pid);
  }

  /** A path of the room (such as /run/images/x) as this process can open it. */
  path(inside: string): string {
    return `/proc/${this.#pid}/root${inside}`;
  }

  /** The command line that runs `argv` inside the room. */
  inside(argv: readonly string[]): [string, string[]] {
    return ['nsenter', ['-t', String(this.#pid), '-m', '-p', '-n', '--', ...argv]];
  }

  /** Runs a command in the room; throws when it fails. Returns its standard output. */
  async run(...argv: string[]): Promise<string> {
    const [program, rest] = this.inside(argv);
    const { stdout } = await execa(program, rest, {
      env: SYSTEM_ENVIRONMENT,
      extendEnv: false,
      timeout: 20_000,
    });
    return stdout;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(this.#pid, 'SIGKILL');
    await ended;
  }
}
