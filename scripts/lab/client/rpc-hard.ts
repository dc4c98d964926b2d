import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeReply, encodeCall, RecordStream, toRecord, xidOf } from './rpc-message.ts';
import { tcpPortOf } from './rpcbind.ts';
import { connectPrivileged } from './tcp.ts';
import type { XdrReader } from './xdr.ts';

const RECONNECT_MS = 200;
const SILENCE_MS = 5000;

interface Pending {
  readonly message: Buffer;
  readonly resolve: (result: XdrReader) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls to one program of one server that are repeated until they are answered, as the kernel does for `hard`
 * mounts: the connection is made anew, with a new look at the server's rpcbind, and everything unanswered is sent
 * again under its old xid.
 */
export class HardRpc {
  readonly #host: string;
  readonly #program: number;
  readonly #version: number;
  readonly #machine: string;
  readonly #onChange: (responding: boolean) => void;
  readonly #pending = new Map<number, Pending>();
  #xid = randomInt(1, 2 ** 32);
  #socket: Socket | undefined;
  #connecting = false;
  /** When the server was last heard while something was unanswered; milliseconds of the clock. */
  #heardAt = 0;

  #responding = true;

  /** @param onChange is told when the server stops answering, and when it answers again */
  constructor(
    host: string,
    program: number,
    version: number,
    machine: string,
    onChange: (responding: boolean) => void = () => undefined,
  ) {
    this.#host = host;
    this.#program = program;
    this.#version = version;
    this.#machine = machine;
    this.#onChange = onChange;
  }

  /** Resolves with the result when the server answers. Rejects when it refuses the call as such, or on abort. */
  async call(procedure: number, args: Uint8Array, signal?: AbortSignal): Promise<XdrReader> {
    signal?.throwIfAborted();
    this.#xid = (this.#xid + 1) >>> 0;
    const xid = this.#xid;
    const to = { program: this.#program, version: this.#version, procedure };
    const message = toRecord(encodeCall(xid, to, this.#machine, args));
    let onAbort: () => void = () => undefined;
    try {
      return await new Promise((resolve, reject) => {
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener('abort', onAbort);
        this.#send(xid, { message, resolve, reject });
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(xid);
    }
  }

  /** Gives up the connection: the server's programs may be elsewhere now. */
  rebind(): void {
    this.#socket?.destroy();
  }

  #send(xid: number, pending: Pending): void {
    if (this.#pending.size === 0) this.#heardAt = Date.now();
    this.#pending.set(xid, pending);
    if (this.#socket) this.#socket.write(pending.message);
    else void this.#connect();
  }

  async #connect(): Promise<void> {
    if (this.#connecting) return;
    this.#connecting = true;
    while (!this.#socket && this.#pending.size > 0) {
      try {
        const port = await tcpPortOf(this.#host, this.#program, this.#version);
        this.#use(await connectPrivileged({ host: this.#host, port }));
      } catch {
        // The server is away, or not ready yet: that is what hard mounts wait for.
        this.#note(false);
        await delay(RECONNECT_MS);
      }
    }
    this.#connecting = false;
  }

  #use(socket: Socket): void {
    const stream = new RecordStream();
    this.#socket = socket;
    this.#heardAt = Date.now();
    const watch = setInterval(() => {
      if (this.#pending.size === 0 || Date.now() - this.#heardAt <= SILENCE_MS) return;
      this.#note(false);
      socket.destroy();
    }, SILENCE_MS / 5);
    socket.on('data', (chunk) => {
      this.#heardAt = Date.now();
      this.#note(true);
      for (const reply of stream.push(chunk)) this.#settle(reply);
    });
    socket.on('close', () => {
      clearInterval(watch);
      this.#socket = undefined;
      void this.#connect();
    });
    for (const { message } of this.#pending.values()) socket.write(message);
  }

  #note(responding: boolean): void {
    if (this.#responding === responding) return;
    this.#responding = responding;
    this.#onChange(responding);
  }

  #settle(reply: Buffer): void {
    const pending = this.#pending.get(xidOf(reply));
    try {
      pending?.resolve(decodeReply(reply));
    } catch (error) {
      pending?.reject(error);
    }
  }
}
