import { callControl } from './client/control.ts';
import type { LoggedEvent } from './client/event-log.ts';
import type { LockClient } from './client/lock-client.ts';
import type { LockAnswer, LockRequest, Request, Target, TestAnswer } from './client/requests.ts';
import { GRACE_WAIT_MS } from './client/server-host.ts';
import { EXPORTED } from './ganesha-config.ts';
import type { Host } from './host.ts';
import type { Program } from './program.ts';
import { waitUntil } from './wait-until.ts';

/** The control socket, as the client's host sees it. */
export const CONTROL = '/run/lock-client.sock';
/** Where the bundle lies in the repository: not in dist/ itself, all of which is installed. */
export const BUNDLE_FILE = 'dist/lab/lock-client.cjs';
/** Where a lab host sees it: the repository is mounted there. */
export const BUNDLE = `/lab/${BUNDLE_FILE}`;

/** What is asked for; everything but the server has a default: one byte of the file `f`, exclusive, no waiting. */
export type Wanted = Pick<Target, 'server'> & Partial<Omit<LockRequest, 'op'>>;

export type ClientStatus = ReturnType<LockClient['status']>;

const DEFAULTS = {
  directory: EXPORTED,
  file: 'f',
  start: 0,
  length: 1,
  count: 1,
  callers: [],
  shared: false,
  reclaim: false,
  wait: 'nothing',
  retryMs: GRACE_WAIT_MS,
} as const;

/** The lock client of one client host, as tests and the demo use it. Needs the host's rpcbind and rpc.statd. */
export class HostLockClient {
  readonly host: Host;
  readonly program: Program;

  private constructor(host: Host, program: Program) {
    this.host = host;
    this.program = program;
  }

  /**
   * Starts the client's daemon; resolves when it is registered with rpcbind and answers. Its events also go to
   * /var/log/lock-client.log. `useHostnames` is the kernel's nsm_use_hostnames.
   */
  static async start(host: Host, { useHostnames = false } = {}): Promise<HostLockClient> {
    const argv = [process.execPath, BUNDLE, 'serve', '--control', CONTROL, '--name', host.name];
    if (useHostnames) argv.push('--use-hostnames');
    // Of an earlier boot, or an earlier client of this one.
    await host.removeFile(CONTROL);
    const program = await host.start(argv, { log: 'lock-client.log' });
    const client = new HostLockClient(host, program);
    const answers = () => client.status().catch(() => undefined);
    await waitUntil(
      `the lock client of ${host.name} answers`,
      { timeout: 10, explain: program.printed },
      answers,
    );
    return client;
  }

  /** Asks for locks. `timeout`: seconds that waiting for grace, a holder or an absent server may take. */
  lock(wanted: Wanted, timeout = 30): Promise<LockAnswer> {
    return this.#call({ op: 'lock', ...DEFAULTS, ...wanted }, timeout);
  }

  unlock(wanted: Wanted, timeout = 30): Promise<{ released: number }> {
    return this.#call({ op: 'unlock', ...DEFAULTS, ...wanted }, timeout);
  }

  /** Asks the server who holds a range, without wanting it. */
  test(wanted: Wanted, timeout = 30): Promise<TestAnswer> {
    return this.#call({ op: 'test', ...DEFAULTS, ...wanted }, timeout);
  }

  /** What the applications of the host believe, and what its lockd knows. */
  status(): Promise<ClientStatus> {
    return this.#call({ op: 'status' }, 10);
  }

  /** What happened, from the `first` event on. */
  async events(first = 0): Promise<LoggedEvent[]> {
    const { events } = await this.#call<{ events: LoggedEvent[] }>({ op: 'events', first }, 10);
    return events;
  }

  /** The control socket is reached from outside: a Unix socket knows no network namespace. */
  async #call<T>(request: Request, timeout: number): Promise<T> {
    const path = `/proc/${this.host.pid}/root${CONTROL}`;
    return (await callControl(path, request, AbortSignal.timeout(timeout * 1000))) as T;
  }
}
