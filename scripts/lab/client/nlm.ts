import { type XdrReader, XdrWriter } from './xdr.ts';

/** NLM version 4, the lock protocol of NFSv3 (RFC 1813 appendix II; XNFS chapter 10). */
export const NLM = { program: 100021, version: 4, versions: [1, 3, 4] } as const;
export const NLM_PROC = {
  ...{ null: 0, test: 1, lock: 2, cancel: 3, unlock: 4, granted: 5 },
  ...{ grantedMessage: 10, grantedResult: 15, smNotify: 16 },
} as const;

const STATUS = [
  'NLM4_GRANTED',
  'NLM4_DENIED',
  'NLM4_DENIED_NOLOCKS',
  'NLM4_BLOCKED',
  'NLM4_DENIED_GRACE_PERIOD',
  'NLM4_DEADLCK',
  'NLM4_ROFS',
  'NLM4_STALE_FH',
  'NLM4_FBIG',
  'NLM4_FAILED',
] as const;
export type NlmStatus = (typeof STATUS)[number];

/** A byte range of a file that belongs to, or is wanted by, one owner. */
export interface NlmLock {
  readonly caller: string;
  readonly handle: Buffer;
  readonly svid: number;
  readonly start: bigint;
  /** Bytes; 0 is everything from `start` on. */
  readonly length: bigint;
  readonly exclusive: boolean;
}

/** Who holds a range that a test found taken. */
export interface NlmHolder {
  readonly exclusive: boolean;
  readonly svid: number;
  readonly owner: string;
  readonly start: bigint;
  readonly length: bigint;
}

// The cookie pairs asynchronous answers with their calls. These calls are synchronous, so it says nothing.
const NO_COOKIE = new Uint8Array(4);

function writeLock(writer: XdrWriter, lock: NlmLock): XdrWriter {
  // The owner handle is made as the kernel makes it (nlmclnt_setlockargs in fs/lockd/clntproc.c).
  writer.string(lock.caller).opaque(lock.handle).string(`${lock.svid}@${lock.caller}`);
  return writer.u32(lock.svid).u64(lock.start).u64(lock.length);
}

/**
 * `state` is this machine's own NSM state number, as its statd told it; `block` asks the server to call back when a
 * lock that is taken becomes free.
 */
export function lockArgs(lock: NlmLock, how: { reclaim: boolean; block: boolean; state: number }): Buffer {
  const writer = new XdrWriter().opaque(NO_COOKIE).bool(how.block).bool(lock.exclusive);
  return writeLock(writer, lock).bool(how.reclaim).u32(how.state).bytes();
}

/** Takes back a question that was asked with `block`. */
export function cancelArgs(lock: NlmLock): Buffer {
  return writeLock(new XdrWriter().opaque(NO_COOKIE).bool(true).bool(lock.exclusive), lock).bytes();
}

export function unlockArgs(lock: NlmLock): Buffer {
  return writeLock(new XdrWriter().opaque(NO_COOKIE), lock).bytes();
}

export function testArgs(lock: NlmLock): Buffer {
  return writeLock(new XdrWriter().opaque(NO_COOKIE).bool(lock.exclusive), lock).bytes();
}

export function readStatus(result: XdrReader): NlmStatus {
  result.opaque();
  const number = result.u32();
  const status = STATUS[number];
  if (status === undefined) throw new Error(`the server answers with the unknown NLM status ${number}`);
  return status;
}

export function readTest(result: XdrReader): { status: NlmStatus; holder?: NlmHolder } {
  const status = readStatus(result);
  if (status !== 'NLM4_DENIED') return { status };
  const [exclusive, svid, owner] = [result.bool(), result.u32(), result.string()];
  return { status, holder: { exclusive, svid, owner, start: result.u64(), length: result.u64() } };
}

/** What a server calls us with when a lock that was waited for is ours: nlm4_testargs. */
export interface NlmGrant {
  readonly cookie: Buffer;
  readonly lock: NlmLock;
}

export function readGrant(args: XdrReader): NlmGrant {
  const cookie = args.opaque();
  const exclusive = args.bool();
  const [caller, handle] = [args.string(), args.opaque()];
  args.opaque();
  const [svid, start, length] = [args.u32(), args.u64(), args.u64()];
  return { cookie, lock: { caller, handle, svid, start, length, exclusive } };
}

/** Our answer to it: nlm4_res. */
export function grantedResult(cookie: Buffer, accepted: boolean): Buffer {
  const status: NlmStatus = accepted ? 'NLM4_GRANTED' : 'NLM4_DENIED';
  return new XdrWriter().opaque(cookie).u32(STATUS.indexOf(status)).bytes();
}
