import { Fault } from '../fault.ts';
import { XdrReader } from './xdr.ts';

/** What a server said: the procedure's results in XDR, or why it would not run the procedure. */
export type RpcReply =
  | { readonly xid: number; readonly results: Buffer }
  | { readonly xid: number; readonly refusal: string };

const REPLY = 1;
const MESSAGE_ACCEPTED = 0;
const MESSAGE_DENIED = 1;
/** A verifier has at most 400 bytes (RFC 5531, section 8.2). */
const VERIFIER_LIMIT = 400;
/** What nearly every reply has after its xid: a reply, accepted, with an empty verifier, success. */
const PLAIN = Buffer.from(`00000001${'00'.repeat(16)}`, 'hex');
const ACCEPT_STATUS = [
  'success',
  'program unavailable',
  'program version mismatch',
  'procedure unavailable',
  'garbage arguments',
  'system error',
] as const;

/**
 * Reads a reply message (RFC 5531, section 9).
 * @throws Fault `malformed` where the bytes are not one.
 */
export function decodeReply(bytes: Buffer): RpcReply {
  // The notifier reads thousands of replies at once, and nearly all are alike.
  if (bytes.subarray(4, 24).equals(PLAIN)) return { xid: bytes.readUInt32BE(), results: bytes.subarray(24) };
  const reader = new XdrReader(bytes);
  const xid = reader.unsigned();
  expect('message type', reader.unsigned(), REPLY);
  const status = reader.unsigned();
  if (status === MESSAGE_DENIED) {
    return { xid, refusal: reader.unsigned() === 0 ? 'RPC version mismatch' : 'authentication error' };
  }
  expect('reply status', status, MESSAGE_ACCEPTED);
  reader.unsigned();
  reader.opaque(VERIFIER_LIMIT);
  const accepted = reader.unsigned();
  if (accepted === 0) return { xid, results: reader.rest() };
  return { xid, refusal: ACCEPT_STATUS[accepted] ?? `accept status ${accepted}` };
}

/**
 * The results of a reply.
 * @param peer who sent it, for the message.
 * @throws Fault `failed` where the server refused.
 */
export function resultsOf(reply: RpcReply, peer: string): Buffer {
  if ('results' in reply) return reply.results;
  throw new Fault('failed', 'the RPC server refused the call', { subject: peer, found: reply.refusal });
}

function expect(what: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw new Fault('malformed', `not an RPC reply: ${what}`, { found: String(found), wanted: String(wanted) });
}
