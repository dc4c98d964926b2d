import type { Socket } from 'node:dgram';
import type { IpFamily } from '../../node/resolver.ts';
import { type LocalPort, openUdp } from '../../rpc/index.ts';
import { familyOf } from './candidates.ts';

/** Sockets of one address, at most. */
const SOCKETS_LIMIT = 8;

/**
 * A floating address from which clients are told. A datagram to a dead neighbour stays in its socket's send buffer
 * while the kernel asks for its hardware address, for three seconds; a few hundred of them fill the buffer (554
 * with Linux 6.1's defaults), and nobody else would get anything. So there is always one more socket.
 */
export class Source {
  readonly address: string;
  readonly family: IpFamily;
  readonly #open: () => Promise<Socket>;
  readonly #sockets: Socket[] = [];
  #listen: (socket: Socket) => void = () => undefined;
  #growing = false;
  #closed = false;

  private constructor(address: string, open: () => Promise<Socket>) {
    this.address = address;
    this.family = familyOf(address);
    this.#open = open;
  }

  /** @throws Fault `failed` that names address and port where they cannot be bound. */
  static async open(address: string, port: LocalPort, open = openUdp): Promise<Source> {
    const source = new Source(address, () => open(address, port));
    source.#sockets.push(await source.#open());
    await source.#grow();
    return source;
  }

  /** Bytes that the kernel keeps for what was not read yet. */
  get receiveBuffer(): number {
    return Math.min(...this.#sockets.map((socket) => socket.getRecvBufferSize()));
  }

  listen(onMessage: (message: Buffer) => void): void {
    // An error while reading is one datagram less: whoever sent it is asked again.
    this.#listen = (socket) => socket.on('message', onMessage).on('error', () => undefined);
    for (const socket of this.#sockets) this.#listen(socket);
  }

  /**
   * Sends, or does not where all sockets are full or the system knows no way: whoever does not answer is asked again,
   * and over TCP, which says what is wrong. A callback would say it here, and make telling many clients take a seventh
   * longer.
   */
  send(message: Buffer, address: string, port: number): void {
    for (const socket of this.#sockets) {
      if (socket.getSendQueueCount() > 0) continue;
      if (socket === this.#sockets.at(-1)) void this.#grow();
      socket.send(message, port, address);
      // Where this one had no room either, the datagram leaves late; the next socket sends it at once.
      if (socket.getSendQueueCount() === 0) return;
    }
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.close();
  }

  /** Where no other port can be had, those sockets that are there have to do. */
  async #grow(): Promise<void> {
    if (this.#growing || this.#sockets.length >= SOCKETS_LIMIT) return;
    this.#growing = true;
    const socket = await this.#open().catch(() => undefined);
    this.#growing = false;
    if (!socket) return;
    if (this.#closed) {
      socket.close();
      return;
    }
    this.#listen(socket);
    this.#sockets.push(socket);
  }
}
