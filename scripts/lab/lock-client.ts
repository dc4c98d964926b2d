import type { LoggedEvent } from './client/event-log.ts';
import type { LockClient } from './client/lock-client.ts';
import type { LockAnswer, LockRequest, Target, TestAnswer } from './client/requests.ts';
import { EXPORTED } from './ganesha-config.ts';
import type { Host } from './host.ts';
import type { Program } from './program.ts';
import { waitUntil } from './wait-until.ts';

const CONTROL = '/run/lock-client.sock';
/** Where the bundle lies on a lab host: the repository is mounted there. */
const BUNDLE = '/lab/dist/lock-client.cjs';

/** What a request for locks says; everything but the server has a default: one byte of the file `f`, exclusive. */
export type Wanted = Pick<Target, 'server'> & Partial<LockRequest>;

export type ClientStatus = ReturnType<LockClient['status']>;

function flags(wanted: Wanted): string[] {
  const { server, directory = EXPORTED, file = 'f', start = 0, length = 1, callers = [] } = wanted;
  const argv = ['--server', server, '--directory', directory, '--file', file];
  argv.push('--start', String(start), '--length', String(length));
  for (const caller of callers) argv.push('--caller', caller);
  if (wanted.count !== undefined) argv.push('--count', String(wanted.count));
  if (wanted.wait !== undefined) argv.push('--wait', wanted.wait);
  if (wanted.retryMs !== undefined) argv.push('--retry-ms', String(wanted.retryMs));
  if (wanted.shared === true) argv.push('--shared');
  if (wanted.reclaim === true) argv.push('--reclaim');
  return argv;
}

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
    const ready = async () => (await host.run(['test', '-S', CONTROL])).code === 0;
    await waitUntil(`the lock client of ${host.name} is ready`, { timeout: 10, explain: program.printed }, ready);
    return new HostLockClient(host, program);
  }

  /** Asks for locks. `timeout`: seconds that waiting for grace, a holder or an absent server may take. */
  lock(wanted: Wanted, timeout = 30): Promise<LockAnswer> {
    return this.#call(['lock', ...flags(wanted)], timeout);
  }

  unlock(wanted: Wanted, timeout = 30): Promise<{ released: number }> {
    return this.#call(['unlock', ...flags(wanted)], timeout);
  }

  /** Asks the server who holds a range, without wanting it. */
  test(wanted: Wanted, timeout = 30): Promise<TestAnswer> {
    return this.#call(['test', ...flags(wanted)], timeout);
  }

  /** What the applications of the host believe, and what its lockd knows. */
  status(): Promise<ClientStatus> {
    return this.#call(['status'], 10);
  }

  /** What happened, from the `first` event on. */
  async events(first = 0): Promise<LoggedEvent[]> {
    const { events } = await this.#call<{ events: LoggedEvent[] }>(['events', '--first', String(first)], 10);
    return events;
  }

  async #call<T>(argv: readonly string[], timeout: number): Promise<T> {
    const call = [process.execPath, BUNDLE, 'call', '--control', CONTROL, ...argv];
    const { code, stdout, stderr } = await this.host.run(call, { timeout });
    if (code > 1) throw new Error(`lock client of ${this.host.name}: ${argv.join(' ')}: ${stdout}${stderr}`);
    return JSON.parse(stdout);
  }
}
