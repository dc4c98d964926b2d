import { NLM, NLM_PROC } from './nlm.ts';
import { callOnce } from './rpc-once.ts';
import { tcpPortOf } from './rpcbind.ts';
import { type XdrReader, XdrWriter } from './xdr.ts';

/** This machine's status monitor (XNFS chapter 11), as the kernel speaks to it (fs/lockd/mon.c). */
const STATD = { program: 100024, version: 1, mon: 2 };
const LOOPBACK = '127.0.0.1';
const TIMEOUT_MS = 30_000;
/** NSM_PROGRAM's callback version that the kernel asks for. */
const CALLBACK_VERSION = 3;
export const COOKIE_BYTES = 16;

/**
 * SM_MON: asks rpc.statd to tell us when `monName` restarts, with `cookie` to know it by.
 * Resolves with this machine's own NSM state number; rejects when statd does not take the request.
 */
export async function monitor(monName: string, myName: string, cookie: Buffer): Promise<number> {
  const port = await tcpPortOf(LOOPBACK, STATD.program, STATD.version);
  const args = new XdrWriter().string(monName).string(myName);
  args.u32(NLM.program).u32(CALLBACK_VERSION).u32(NLM_PROC.smNotify).fixed(cookie);
  const to = { host: LOOPBACK, port, program: STATD.program, version: STATD.version, procedure: STATD.mon };
  const result = await callOnce(to, args.bytes(), TIMEOUT_MS);
  if (result.u32() !== 0) throw new Error(`rpc.statd does not monitor ${monName}`);
  return result.u32();
}

/** What statd calls us with when a server that we monitor says that it restarted. */
export interface Reboot {
  readonly monName: string;
  /** The NSM state number that the server announced. */
  readonly state: number;
  readonly cookie: Buffer;
}

export function readReboot(args: XdrReader): Reboot {
  return { monName: args.string(), state: args.u32(), cookie: args.fixed(COOKIE_BYTES) };
}
