import { Fault } from '../fault.ts';
import { encodeCall, type RpcCall, randomXid } from './call.ts';
import type { LocalPort } from './privileged-port.ts';
import { decodeReply, resultsOf } from './reply.ts';
import { openUdp } from './udp-socket.ts';

/** Who is asked, from where, and for how long. */
export interface Peer {
  /** Literal address. */
  readonly address: string;
  readonly port: number;
  /** The address of this node to ask from. */
  readonly localAddress: string;
  /** 0: any port. */
  readonly localPort: LocalPort;
  /** Milliseconds for everything: connecting, asking, answering. */
  readonly timeout: number;
}

/** The first repetition comes after this many milliseconds, each further one after twice as long. */
const FIRST_REPEAT = 250;

/**
 * Calls a procedure over UDP, repeating the question until it is answered or time is up.
 * @returns the results in XDR.
 * @throws Fault `timed-out`, `failed` (refused, no route), `malformed` (an answer that is not a reply).
 */
export async function callOverUdp(peer: Peer, call: RpcCall): Promise<Buffer> {
  const name = `${peer.address} port ${peer.port} (udp)`;
  const xid = randomXid();
  const message = encodeCall(xid, call);
  const socket = await openUdp(peer.localAddress, peer.localPort);
  let repeat: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const ask = (wait: number): void => {
        socket.send(message, peer.port, peer.address, (error) => {
          if (error) reject(new Fault('failed', `cannot send to ${name}`, { subject: name, cause: error }));
        });
        repeat = setTimeout(ask, wait, wait * 2);
      };
      socket.on('message', (bytes) => {
        if (bytes.length < 4 || bytes.readUInt32BE() !== xid) return;
        try {
          resolve(resultsOf(decodeReply(bytes), name));
        } catch (error) {
          reject(error);
        }
      });
      deadline = setTimeout(() => {
        reject(new Fault('timed-out', `${name} did not answer`, { subject: name }));
      }, peer.timeout);
      ask(FIRST_REPEAT);
    });
  } finally {
    clearTimeout(repeat);
    clearTimeout(deadline);
    socket.close();
  }
}
