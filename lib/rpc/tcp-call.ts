import { isIPv6, Socket } from 'node:net';
import { errnoOf, Fault } from '../fault.ts';
import { encodeCall, type RpcCall, randomXid } from './call.ts';
import { withLocalPort } from './privileged-port.ts';
import { markRecord, RecordReader } from './record-marking.ts';
import { decodeReply, resultsOf } from './reply.ts';
import type { Peer } from './udp-call.ts';

/** The longest reply that is read: rpcbind's whole list has some 20 bytes a line. */
const REPLY_LIMIT = 256 << 10;

/**
 * Calls procedures over one TCP connection, all at once. The connection is reset afterwards, so that its
 * privileged port is free again at once (no TIME_WAIT).
 * @returns the results in XDR, one for each call, in the order of the calls.
 * @throws Fault `timed-out`, `failed` (refused, unreachable, closed; the cause carries errno), `malformed`.
 */
export function callOverTcp(
  peer: Peer,
  calls: readonly RpcCall[],
  signal?: AbortSignal,
): Promise<readonly Buffer[]> {
  const until = performance.now() + peer.timeout;
  return withLocalPort(peer.localAddress, peer.localPort, (localPort) =>
    converse(peer, localPort, until - performance.now(), calls, signal),
  );
}

function converse(
  peer: Peer,
  localPort: number,
  timeout: number,
  calls: readonly RpcCall[],
  signal: AbortSignal | undefined,
): Promise<readonly Buffer[]> {
  const name = `${peer.address} port ${peer.port} (tcp)`;
  const firstXid = randomXid();
  const results: Buffer[] = [];
  let missing = calls.length;
  const reader = new RecordReader(REPLY_LIMIT);
  const socket = new Socket(signal ? { signal } : {});
  let deadline: NodeJS.Timeout | undefined;
  const take = (bytes: Buffer): void => {
    const reply = decodeReply(bytes);
    const index = (reply.xid - firstXid) >>> 0;
    if (index >= calls.length || results[index]) return;
    results[index] = resultsOf(reply, name);
    missing -= 1;
  };
  const conversation = new Promise<readonly Buffer[]>((resolve, reject) => {
    deadline = setTimeout(() => {
      reject(new Fault('timed-out', `${name} did not answer`, { subject: name }));
    }, timeout);
    socket.on('error', (error) => {
      const taken = errnoOf(error) === 'EADDRINUSE';
      reject(taken ? error : new Fault('failed', `cannot call ${name}`, { subject: name, cause: error }));
    });
    socket.on('close', () => {
      reject(new Fault('failed', `${name} closed the connection without an answer`, { subject: name }));
    });
    socket.on('data', (piece) => {
      try {
        for (const record of reader.feed(piece)) take(record);
        if (missing === 0) resolve(results);
      } catch (error) {
        reject(error);
      }
    });
    socket.connect({
      host: peer.address,
      port: peer.port,
      localAddress: peer.localAddress,
      localPort,
      family: isIPv6(peer.address) ? 6 : 4,
    });
    for (const [index, call] of calls.entries()) {
      socket.write(markRecord(encodeCall((firstXid + index) >>> 0, call)));
    }
  });
  return conversation.finally(() => {
    clearTimeout(deadline);
    socket.resetAndDestroy();
  });
}
