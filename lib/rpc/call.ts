import { randomBytes, randomFillSync } from 'node:crypto';

/** One remote procedure call: which procedure, and its arguments in XDR. */
export interface RpcCall {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly args: Buffer;
}

const HEADER_LENGTH = 40;
const NO_ARGUMENTS = Buffer.alloc(0);

/** Procedure 0, which every RPC program has: it does nothing but answer (RFC 5531, section 12.1). */
export function nullProcedure(program: number, version: number): RpcCall {
  return { program, version, procedure: 0, args: NO_ARGUMENTS };
}

/** A transaction id that nobody can guess, so that an answer can only come from someone who saw the question. */
export function randomXid(): number {
  return randomBytes(4).readUInt32BE();
}

/** What gives as many such transaction ids as are wanted, at a fraction of the cost for each. */
export function randomXids(): () => number {
  const block = new Uint32Array(1024);
  let left = 0;
  return () => {
    if (left === 0) left = randomFillSync(block).length;
    left -= 1;
    return block[left] as number;
  };
}

/**
 * The bytes of a call message (RFC 5531, section 9): xid, CALL, RPC version 2, program, version, procedure,
 * credential and verifier, arguments. Credential and verifier are AUTH_NONE, as sm-notify's are
 * (nfs-utils, support/nsm/rpc.c, nsm_init_rpc_header).
 */
export function encodeCall(xid: number, call: RpcCall): Buffer {
  const message = Buffer.allocUnsafe(HEADER_LENGTH + call.args.length).fill(0, 0, HEADER_LENGTH);
  message.writeUInt32BE(xid, 0);
  message.writeUInt32BE(2, 8);
  message.writeUInt32BE(call.program, 12);
  message.writeUInt32BE(call.version, 16);
  message.writeUInt32BE(call.procedure, 20);
  call.args.copy(message, HEADER_LENGTH);
  return message;
}

/** The same message for another transaction: what is asked of many is put together once. */
export function withXid(message: Buffer, xid: number): Buffer {
  const other = Buffer.allocUnsafe(message.length);
  other.set(message);
  other.writeUInt32BE(xid, 0);
  return other;
}
