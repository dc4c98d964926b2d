import type { Socket } from 'node:dgram';
import type { IpFamily } from '../../node/resolver.ts';
import { type LocalPort, openUdp } from '../../rpc/index.ts';
import { familyOf } from './candidates.ts';

/** A floating address from which clients are told. */
export class Source {
  readonly address: string;
  readonly family: IpFamily;
  readonly #socket: Socket;

  private constructor(address: string, socket: Socket) {
    this.address = address;
    this.family = familyOf(address);
    this.#socket = socket;
  }

  /** @throws Fault `failed` that names address and port where they cannot be bound. */
  static async open(address: string, port: LocalPort): Promise<Source> {
    return new Source(address, await openUdp(address, port));
  }

  /** Bytes that the kernel keeps for what was not read yet. */
  get receiveBuffer(): number {
    return this.#socket.getRecvBufferSize();
  }

  /** @param onError called for each receive error: one datagram less, nothing else. */
  listen(onMessage: (message: Buffer) => void, onError: () => void): void {
    this.#socket.on('message', onMessage);
    this.#socket.on('error', onError);
  }

  send(message: Buffer, address: string, port: number, onError: (error: Error) => void): void {
    this.#socket.send(message, port, address, (error) => {
      if (error) onError(error);
    });
  }

  close(): void {
    this.#socket.close();
  }
}
