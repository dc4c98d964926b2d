import { XdrReader, XdrWriter } from './xdr.ts';

/** ONC RPC messages (RFC 5531 section 9) and record marking over TCP (section 11). */

const CALL = 0;
const REPLY = 1;
const RPC_VERSION = 2;
const AUTH_NONE = 0;
const AUTH_SYS = 1;
const MSG_ACCEPTED = 0;
const LAST_FRAGMENT = 0x80000000;

/** accept_stat of RFC 5531. */
export const ACCEPT = {
  success: 0,
  programUnavailable: 1,
  procedureUnavailable: 3,
  garbage: 4,
  systemError: 5,
};

export interface Procedure {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
}

export interface Call extends Procedure {
  readonly xid: number;
  readonly args: XdrReader;
}

/** A call as the root user of this machine (AUTH_SYS), or as nobody in particular when `machine` is null. */
export function encodeCall(xid: number, to: Procedure, machine: string | null, args: Uint8Array): Buffer {
  const call = new XdrWriter().u32(xid).u32(CALL).u32(RPC_VERSION);
  call.u32(to.program).u32(to.version).u32(to.procedure);
  if (machine === null) call.u32(AUTH_NONE).u32(0);
  else call.u32(AUTH_SYS).opaque(new XdrWriter().u32(0).string(machine).u32(0).u32(0).u32(0).bytes());
  call.u32(AUTH_NONE).u32(0);
  return Buffer.concat([call.bytes(), args]);
}

/** What a server received. */
export function decodeCall(message: Buffer): Call {
  const reader = new XdrReader(message);
  const xid = reader.u32();
  if (reader.u32() !== CALL || reader.u32() !== RPC_VERSION) throw new Error('not an RPC call');
  const [program, version, procedure] = [reader.u32(), reader.u32(), reader.u32()];
  for (const _ of ['credential', 'verifier']) {
    reader.u32();
    reader.opaque();
  }
  return { xid, program, version, procedure, args: new XdrReader(reader.rest()) };
}

export function encodeReply(xid: number, acceptStatus: number, result: Uint8Array = Buffer.alloc(0)): Buffer {
  const reply = new XdrWriter().u32(xid).u32(REPLY).u32(MSG_ACCEPTED).u32(AUTH_NONE).u32(0).u32(acceptStatus);
  return Buffer.concat([reply.bytes(), result]);
}

/** The transaction that a reply belongs to. */
export function xidOf(reply: Buffer): number {
  return reply.length < 4 ? 0 : reply.readUInt32BE();
}

/** The result in a reply; throws when the server did not carry the call out. */
export function decodeReply(message: Buffer): XdrReader {
  const reader = new XdrReader(message);
  reader.u32();
  if (reader.u32() !== REPLY) throw new Error('not an RPC reply');
  if (reader.u32() !== MSG_ACCEPTED) throw new Error('the RPC call was rejected');
  reader.u32();
  reader.opaque();
  const status = reader.u32();
  if (status !== ACCEPT.success) throw new Error(`the RPC call failed with accept_stat ${status}`);
  return new XdrReader(reader.rest());
}

/** One message as one record of a TCP stream. */
export function toRecord(message: Buffer): Buffer {
  return Buffer.concat([new XdrWriter().u32(LAST_FRAGMENT | message.length).bytes(), message]);
}

/** Cuts a TCP stream into messages. */
export class RecordStream {
  #received: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];

  /** Takes what arrived and returns the messages that it completed. */
  push(chunk: Buffer): Buffer[] {
    this.#received = Buffer.concat([this.#received, chunk]);
    const messages: Buffer[] = [];
    while (this.#received.length >= 4) {
      const mark = this.#received.readUInt32BE();
      const end = 4 + (mark & ~LAST_FRAGMENT);
      if (this.#received.length < end) break;
      this.#fragments.push(this.#received.subarray(4, end));
      this.#received = this.#received.subarray(end);
      if ((mark & LAST_FRAGMENT) === 0) continue;
      messages.push(Buffer.concat(this.#fragments));
      this.#fragments = [];
    }
    return messages;
  }
}
