import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// What a client's lockd does with its statd: it monitors the servers named on the command line (SM_MON), and
// prints every callback as a line of JSON. Ends with its standard input. XDR by hand: nothing of lib/ is used.

const LOCK_MANAGER = 100021;
const STATUS_MONITOR = 100024;

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([words(value.length), Buffer.from(value), Buffer.alloc(-value.length & 3)]);
}

const socket = createSocket('udp4');
const answers = new Map<number, (results: Buffer) => void>();
let lastXid = 0;

function call(
  port: number,
  program: number,
  version: number,
  procedure: number,
  args: Buffer,
): Promise<Buffer> {
  lastXid += 1;
  const xid = lastXid;
  socket.send(
    Buffer.concat([words(xid, 0, 2, program, version, procedure, 0, 0, 0, 0), args]),
    port,
    '127.0.0.1',
  );
  return new Promise((resolve) => answers.set(xid, resolve));
}

socket.on('message', (message, from) => {
  const xid = message.readUInt32BE();
  if (message.readUInt32BE(4) === 1) {
    answers.get(xid)?.(message.subarray(24));
    return;
  }
  const length = message.readUInt32BE(40);
  const name = message.toString('latin1', 44, 44 + length);
  const state = message.readInt32BE(44 + Math.ceil(length / 4) * 4);
  socket.send(words(xid, 1, 0, 0, 0, 0), from.port, from.address);
  console.log(JSON.stringify({ name, state }));
});

socket.bind(0, '127.0.0.1');
await once(socket, 'listening');
await call(111, 100000, 2, 1, words(LOCK_MANAGER, 4, 17, socket.address().port));
const statd = (await call(111, 100000, 2, 3, words(STATUS_MONITOR, 1, 17, 0))).readUInt32BE();
for (const server of process.argv.slice(2)) {
  const monitor = Buffer.concat([
    text(server),
    text('client'),
    words(LOCK_MANAGER, 4, 16),
    Buffer.alloc(16, 7),
  ]);
  const results = await call(statd, STATUS_MONITOR, 1, 2, monitor);
  console.log(JSON.stringify({ monitored: server, result: results.readUInt32BE() }));
}
createInterface(process.stdin).on('close', () => process.exit());
