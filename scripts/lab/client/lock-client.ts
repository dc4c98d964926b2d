import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { EventLog } from './event-log.ts';
import { HeldLock } from './held-lock.ts';
import { NfsMount } from './nfs.ts';
import type { NlmLock, NlmStatus } from './nlm.ts';
import type {
  LockAnswer,
  LockRequest,
  Request,
  Target,
  TestAnswer,
  TestRequest,
  UnlockRequest,
} from './requests.ts';
import { ServerHost } from './server-host.ts';
import type { Reboot } from './statd.ts';

const RETRY_ON: Record<LockRequest['wait'], readonly NlmStatus[]> = {
  nothing: [],
  grace: ['NLM4_DENIED_GRACE_PERIOD'],
  holder: ['NLM4_DENIED_GRACE_PERIOD', 'NLM4_DENIED'],
  block: ['NLM4_DENIED_GRACE_PERIOD'],
};
/** Requests that are under way at once, as in the kernel's slot table. */
const IN_FLIGHT = 64;

interface Mounted {
  readonly host: ServerHost;
  readonly files: NfsMount;
}

/** Runs `work` on every item, a bounded number at a time, and returns the results in order. */
async function forEach<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return results;
}

/** The applications, mounts and lockd of one client machine. */
export class LockClient {
  readonly #name: string;
  readonly #useHostnames: boolean;
  readonly #events: EventLog;
  readonly #mounts = new Map<string, Promise<Mounted>>();
  readonly #hosts = new Map<string, ServerHost>();
  #nextSvid = 1;

  /**
   * @param name this machine's name, announced to servers and statd
   * @param useHostnames as the kernel's nsm_use_hostnames: servers are monitored by the name they were mounted by,
   *   and not by their address
   */
  constructor(name: string, useHostnames: boolean, events: EventLog) {
    this.#name = name;
    this.#useHostnames = useHostnames;
    this.#events = events;
  }

  /** Does what a control request asks; the result is its answer as JSON. */
  handle(request: Request, signal: AbortSignal): unknown {
    switch (request.op) {
      case 'lock':
        return this.lock(request, signal);
      case 'unlock':
        return this.unlock(request, signal);
      case 'test':
        return this.test(request, signal);
      case 'status':
        return this.status();
      case 'events':
        return { events: this.#events.from(request.first) };
    }
  }

  async lock(request: LockRequest, signal: AbortSignal): Promise<LockAnswer> {
    const begun = Date.now();
    const { host, files } = await this.#mount(request, signal);
    const handle = await files.open(request.file, signal);
    const block = request.wait === 'block';
    const asking = { ...request, block, retryOn: RETRY_ON[request.wait], signal };
    const statuses = await forEach(this.#ranges(request, handle), (lock) =>
      this.#acquire(host, request, lock, asking),
    );
    const counts: Record<string, number> = {};
    for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
    const status = statuses.find((each) => each !== 'NLM4_GRANTED') ?? 'NLM4_GRANTED';
    this.#events.add('lock', { file: request.file, start: request.start, counts });
    return { status, counts, ms: Date.now() - begun };
  }

  /** Releases what applications of this machine hold inside the range. */
  async unlock(request: UnlockRequest, signal: AbortSignal) {
    const { host } = await this.#mount(request, signal);
    const { directory, file, start } = request;
    const end = request.length === 0 ? Number.POSITIVE_INFINITY : start + request.length;
    const inside = host.believed.filter(({ lock, ...held }) => {
      if (held.directory !== directory || held.file !== file) return false;
      const lockEnd = lock.length === 0n ? Number.POSITIVE_INFINITY : Number(lock.start + lock.length);
      return Number(lock.start) >= start && lockEnd <= end;
    });
    await forEach(inside, (held) => host.release(held, signal));
    this.#events.add('unlock', { file, released: inside.length });
    return { released: inside.length };
  }

  async test(request: TestRequest, signal: AbortSignal): Promise<TestAnswer> {
    const { host, files } = await this.#mount(request, signal);
    const range = {
      start: BigInt(request.start),
      length: BigInt(request.length),
      exclusive: !request.shared,
    };
    const owner = {
      caller: this.#name,
      handle: await files.open(request.file, signal),
      svid: this.#nextSvid++,
    };
    const { status, holder } = await host.test({ ...range, ...owner }, signal);
    if (!holder) return { status };
    return { status, holder: { ...holder, start: Number(holder.start), length: Number(holder.length) } };
  }

  status() {
    const hosts = [...this.#hosts.values()];
    const locks = hosts.flatMap((host) => host.believed.map((held) => held.report(host.monName)));
    const lost = locks.filter(({ inLockd }) => inLockd === 'lost').length;
    return {
      name: this.#name,
      believes: locks.length,
      lost,
      servers: hosts.map((host) => host.report()),
      locks,
    };
  }

  /** statd's callback: the server is known by the cookie alone (nsm_reboot_lookup in fs/lockd/mon.c). */
  onReboot(reboot: Reboot): void {
    const host = [...this.#hosts.values()].find(({ cookie }) => cookie.equals(reboot.cookie));
    const acted = host?.onReboot(reboot) ?? false;
    this.#events.add('sm-notify', {
      monName: reboot.monName,
      state: reboot.state,
      known: host !== undefined,
      acted,
    });
  }

  /** A server's call: is it for a lock that is waited for there? */
  onGranted(lock: NlmLock, from: string): boolean {
    const accepted = [...this.#hosts.values()].some((host) => host.onGranted(lock, from));
    this.#events.add('granted-callback', { from, svid: lock.svid, start: Number(lock.start), accepted });
    return accepted;
  }

  /** The answer to a server's NLM4_GRANTED_MSG; one that we never asked for a lock goes without. */
  sendResult(result: Buffer, to: string): void {
    for (const host of this.#hosts.values()) if (host.address === to) host.sendResult(result);
  }

  #ranges(request: LockRequest, handle: Buffer): NlmLock[] {
    const callers = request.callers.length > 0 ? request.callers : [this.#name];
    return callers.flatMap((caller, which) => {
      const svid = this.#nextSvid++;
      return Array.from({ length: request.count }, (_, index) => {
        const start = BigInt(request.start + (which * request.count + index) * request.length);
        return { caller, handle, svid, start, length: BigInt(request.length), exclusive: !request.shared };
      });
    });
  }

  async #acquire(
    host: ServerHost,
    { directory, file }: Target,
    lock: NlmLock,
    asking: Parameters<ServerHost['acquire']>[1],
  ): Promise<NlmStatus | 'ENOLCK'> {
    try {
      return await host.acquire(new HeldLock(lock, directory, file), asking);
    } catch (error) {
      asking.signal.throwIfAborted();
      this.#events.add('lock-failed', { file, reason: String(error) });
      return 'ENOLCK';
    }
  }

  #mount({ server, directory }: Target, signal: AbortSignal): Promise<Mounted> {
    const key = `${server}:${directory}`;
    const known = this.#mounts.get(key);
    if (known) return known;
    const mounting = this.#mountAnew(server, directory, signal);
    this.#mounts.set(key, mounting);
    mounting.catch(() => this.#mounts.delete(key));
    return mounting;
  }

  async #mountAnew(server: string, directory: string, signal: AbortSignal): Promise<Mounted> {
    const address = isIP(server) ? server : (await lookup(server)).address;
    const files = await NfsMount.mount(address, directory, this.#name, signal);
    const monName = this.#useHostnames ? server : address;
    const host = this.#hosts.get(monName) ?? new ServerHost(address, monName, this.#name, this.#events);
    this.#hosts.set(monName, host);
    this.#events.add('mounted', { server, address, directory });
    return { host, files };
  }
}
