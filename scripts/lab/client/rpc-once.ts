import { randomInt } from 'node:crypto';
import { decodeReply, encodeCall, type Procedure, RecordStream, toRecord, xidOf } from './rpc-message.ts';
import { connectPrivileged, type Endpoint } from './tcp.ts';
import type { XdrReader } from './xdr.ts';

/**
 * One call over a TCP connection of its own, without credentials.
 * Rejects when there is no answer in `timeoutMs`, or the connection breaks, or the server refuses the call.
 */
export async function callOnce(
  to: Endpoint & Procedure,
  args: Uint8Array,
  timeoutMs: number,
): Promise<XdrReader> {
  const xid = randomInt(1, 2 ** 32);
  const socket = await connectPrivileged(to);
  try {
    return await new Promise((resolve, reject) => {
      const what = `program ${to.program} at ${to.host}`;
      const timer = setTimeout(() => reject(new Error(`${what} does not answer`)), timeoutMs);
      const stream = new RecordStream();
      socket.on('close', () => {
        clearTimeout(timer);
        reject(new Error(`${what} closed the connection`));
      });
      socket.on('data', (chunk) => {
        for (const reply of stream.push(chunk)) {
          if (xidOf(reply) !== xid) continue;
          clearTimeout(timer);
          // In a promise, so that a reply which cannot be decoded rejects.
          resolve(Promise.resolve(reply).then(decodeReply));
        }
      });
      socket.write(toRecord(encodeCall(xid, to, null, args)));
    });
  } finally {
    socket.destroy();
  }
}
