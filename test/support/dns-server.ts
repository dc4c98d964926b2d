import { createSocket, type Socket } from 'node:dgram';

/** Resource data by `NAME TYPE`, type A, AAAA or PTR; a name that is not there does not exist. */
export type Zone = Readonly<Record<string, readonly string[]>>;

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 12: 'PTR', 28: 'AAAA' };

/** A DNS server on 127.0.0.1 (RFC 1035) that answers from a zone, or never answers. */
export class DnsServer {
  /** `NAME TYPE` of every question, in order. */
  readonly asked: string[] = [];
  readonly #socket: Socket = createSocket('udp4');

  static async start(zone: Zone | 'silent'): Promise<DnsServer> {
    const server = new DnsServer();
    server.#socket.on('message', (question, from) => {
      const { name, type, end } = parse(question);
      server.asked.push(`${name} ${type}`);
      if (zone === 'silent') return;
      server.#socket.send(
        answer(question.subarray(0, end), type, zone[`${name} ${type}`] ?? []),
        from.port,
        from.address,
      );
    });
    await new Promise<void>((done) => server.#socket.bind(0, '127.0.0.1', done));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  stop(): void {
    this.#socket.close();
  }
}

function parse(question: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question.readUInt8(at); length > 0; length = question.readUInt8(at)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    name: labels.join('.').toLowerCase(),
    type: String(TYPES[question.readUInt16BE(at + 1)]),
    end: at + 5,
  };
}

function answer(question: Buffer, type: string, values: readonly string[]): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(values.length > 0 ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(values.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  return Buffer.concat([head, ...values.map((value) => record(type, value))]);
}

function record(type: string, value: string): Buffer {
  const data =
    type === 'A' ? Buffer.from(value.split('.').map(Number)) : type === 'PTR' ? labels(value) : six(value);
  const fixed = Buffer.from('c00c00000001000000050000', 'hex');
  fixed.writeUInt16BE({ A: 1, PTR: 12 }[type] ?? 28, 2);
  fixed.writeUInt16BE(data.length, 10);
  return Buffer.concat([fixed, data]);
}

function labels(name: string): Buffer {
  const parts = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...parts, Buffer.alloc(1)]);
}

/** `fd00::9` and the like: one group before, one after. */
function six(address: string): Buffer {
  const [first = '', last = ''] = address.split('::');
  return Buffer.from(`${first.padStart(4, '0')}${'0'.repeat(24)}${last.padStart(4, '0')}`, 'hex');
}
