import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/*
 * A lock manager's side of the status monitor protocol (XNFS, SM_MON and SM_UNMON), over UDP on loopback. Reads
 * lines `mon MON_NAME MY_NAME COOKIE` and `unmon MON_NAME MY_NAME`, and answers each with the result's words.
 */
const STATD = 32765;

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([
    word(value.length),
    Buffer.from(value, 'latin1'),
    Buffer.alloc((4 - (value.length % 4)) % 4),
  ]);
}

const socket = createSocket('udp4');
let xid = 1;

async function call(procedure: number, ...args: Buffer[]): Promise<string> {
  xid += 1;
  const none = [word(0), word(0)];
  const header = [word(xid), word(0), word(2), word(100024), word(1), word(procedure), ...none, ...none];
  const answer = once(socket, 'message', { signal: AbortSignal.timeout(20_000) });
  const send = () => socket.send(Buffer.concat([...header, ...args]), STATD, '127.0.0.1');
  // Until statd is there, and whenever a packet is lost.
  const retry = setInterval(send, 100);
  send();
  const [bytes] = await answer;
  clearInterval(retry);
  return Buffer.from(bytes).subarray(24).toString('hex') || 'void';
}

process.stdout.write(`${await call(0)}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, monName = '', myName = '', cookie = ''] = line.split(' ');
  const id = [text(monName), text(myName), word(100021), word(4), word(16)];
  const result = verb === 'mon' ? await call(2, ...id, Buffer.from(cookie, 'hex')) : await call(3, ...id);
  process.stdout.write(`${result}\n`);
}
process.exit(0);
