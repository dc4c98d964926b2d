import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';

/** One message that a stand-in for rpc.statd decoded. */
export interface Heard {
  readonly name: string;
  readonly state: number;
  readonly transport: 'udp' | 'tcp';
  readonly from: string;
  readonly fromPort: number;
}

export interface ClientHostOptions {
  /** A loopback address. */
  readonly address: string;
  readonly rpcbindPort: number;
  /** What rpcbind says about statd; a transport that is not named is not registered. */
  readonly statd?: readonly ('udp' | 'tcp')[];
  /** Whether rpcbind listens on this transport; both where nothing is said. */
  readonly rpcbind?: readonly ('udp' | 'tcp')[];
  /** What goes out in place of the reply; `about` is 'port', 'null' or the name that was notified. */
  readonly answer?: (reply: Buffer, about: string, transport: 'udp' | 'tcp') => readonly Buffer[];
}

/**
 * A host with rpcbind and rpc.statd, as far as SM_NOTIFY goes, on a loopback address. It shares no code with what
 * it tests: RFC 1833, RFC 5531 and XNFS chapter 11 by hand.
 */
export class ClientHost {
  readonly heard: Heard[] = [];
  /** Questions that rpcbind received. */
  asked = 0;
  statd: readonly ('udp' | 'tcp')[];
  readonly #options: ClientHostOptions;
  readonly #udp: UdpSocket[] = [];
  readonly #tcp: Server[] = [];
  readonly #connections = new Set<Socket>();
  #statdPorts = { udp: 0, tcp: 0 };

  private constructor(options: ClientHostOptions) {
    this.#options = options;
    this.statd = options.statd ?? ['udp'];
  }

  static async start(options: ClientHostOptions): Promise<ClientHost> {
    const host = new ClientHost(options);
    const rpcbind = options.rpcbind ?? ['udp', 'tcp'];
    if (rpcbind.includes('udp')) await host.#listenUdp(options.rpcbindPort);
    if (rpcbind.includes('tcp')) await host.#listenTcp(options.rpcbindPort);
    host.#statdPorts = { udp: await host.#listenUdp(0), tcp: await host.#listenTcp(0) };
    return host;
  }

  async stop(): Promise<void> {
    for (const socket of this.#udp) socket.close();
    for (const socket of this.#connections) socket.destroy();
    await Promise.all(this.#tcp.map((server) => new Promise((done) => server.close(done))));
  }

  async #listenUdp(port: number): Promise<number> {
    const socket = createSocket(isIPv6(this.#options.address) ? 'udp6' : 'udp4');
    this.#udp.push(socket);
    socket.on('message', (message, from) => {
      for (const reply of this.#replies(message, 'udp', from.address, from.port)) {
        socket.send(reply, from.port, from.address);
      }
    });
    await new Promise<void>((done) => socket.bind(port, this.#options.address, done));
    return socket.address().port;
  }

  async #listenTcp(port: number): Promise<number> {
    const server = createServer((socket) => {
      this.#connections.add(socket);
      let unread = Buffer.alloc(0);
      socket.on('error', () => socket.destroy());
      socket.on('data', (piece) => {
        unread = Buffer.concat([unread, piece]);
        while (unread.length >= 4 && unread.length >= 4 + (unread.readUInt32BE() & 0x7fff_ffff)) {
          const end = 4 + (unread.readUInt32BE() & 0x7fff_ffff);
          const { remoteAddress = '', remotePort = 0 } = socket;
          const replies = this.#replies(unread.subarray(4, end), 'tcp', remoteAddress, remotePort);
          unread = unread.subarray(end);
          for (const reply of replies) {
            const mark = Buffer.alloc(4);
            mark.writeUInt32BE(0x8000_0000 + reply.length);
            socket.write(Buffer.concat([mark, reply]));
          }
        }
      });
    });
    this.#tcp.push(server);
    await new Promise<void>((done) => server.listen(port, this.#options.address, done));
    return (server.address() as AddressInfo).port;
  }

  #replies(call: Buffer, transport: 'udp' | 'tcp', from: string, fromPort: number): readonly Buffer[] {
    const program = call.readUInt32BE(12);
    const version = call.readUInt32BE(16);
    const procedure = call.readUInt32BE(20);
    const args = call.subarray(40);
    const accepted = Buffer.alloc(24);
    call.copy(accepted, 0, 0, 4);
    accepted.writeUInt32BE(1, 4);
    const change = this.#options.answer ?? ((reply: Buffer) => [reply]);
    if (program === 100000) {
      this.asked += 1;
      return change(Buffer.concat([accepted, this.#rpcbind(version, procedure, args)]), 'port', transport);
    }
    if (procedure === 0) return change(accepted, 'null', transport);
    const length = args.readUInt32BE();
    const name = args.toString('latin1', 4, 4 + length);
    const state = args.readInt32BE(4 + Math.ceil(length / 4) * 4);
    this.heard.push({ name, state, transport, from, fromPort });
    return change(accepted, name, transport);
  }

  #rpcbind(version: number, procedure: number, args: Buffer): Buffer {
    const number = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    };
    const port = (transport: 'udp' | 'tcp'): number =>
      this.statd.includes(transport) ? this.#statdPorts[transport] : 0;
    if (procedure === 4) {
      const lines = (['udp', 'tcp'] as const).flatMap((transport) =>
        [1, 100024, 1, transport === 'udp' ? 17 : 6, port(transport)].map(number),
      );
      return Buffer.concat([...lines, number(0)]);
    }
    if (version === 2) return number(port(args.readUInt32BE(8) === 17 ? 'udp' : 'tcp'));
    const found = port(args.toString('latin1', 12, 15) as 'udp' | 'tcp');
    const text = `::.${found >> 8}.${found & 255}`;
    return Buffer.concat([
      number(text.length),
      Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '\0')),
    ]);
  }
}
