import { errnoOf, Fault } from '../../fault.ts';
import { STATUS_MONITOR } from '../../nsm/sm-notify.ts';
import { askForPort, callOverTcp, type LocalPort, portFrom, type RpcCall } from '../../rpc/index.ts';
import type { Outcome } from './types.ts';

/** Milliseconds for connecting to a host's rpcbind and its answer; a host that is up needs a few. */
const RPCBIND_TIMEOUT = 1500;
/** Milliseconds for connecting to statd and its answers; it may look up names first. */
const STATD_TIMEOUT = 4000;

export interface TcpTelling {
  readonly address: string;
  readonly rpcbindPort: number;
  /** statd's TCP port where rpcbind named it already, otherwise 0. */
  readonly statdPort: number;
  readonly localAddress: string;
  readonly localPort: LocalPort;
  /** SM_NOTIFY for each name. */
  readonly calls: readonly RpcCall[];
  readonly signal: AbortSignal;
}

/** Tells one client's statd over TCP. Never rejects: 'answered' means that every call was answered. */
export async function tellOverTcp(telling: TcpTelling): Promise<Outcome> {
  const { address, localAddress, localPort, calls, signal } = telling;
  const peer = { address, localAddress, localPort };
  try {
    let port = telling.statdPort;
    if (port === 0) {
      const rpcbind = { ...peer, port: telling.rpcbindPort, timeout: RPCBIND_TIMEOUT };
      const question = askForPort(address, STATUS_MONITOR.program, STATUS_MONITOR.version, 'tcp');
      const [results] = await callOverTcp(rpcbind, [question], signal);
      port = portFrom(address, results as Buffer);
    }
    if (port === 0) return 'unregistered';
    await callOverTcp({ ...peer, port, timeout: STATD_TIMEOUT }, calls, signal);
    return 'answered';
  } catch (error) {
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof Fault) || error.code === 'timed-out') return 'unanswered';
  return outcomeOfErrno(errnoOf(error.facts.cause));
}

/** What a system error says about a host; where the system said nothing, it was the host that refused. */
export function outcomeOfErrno(errno: string | undefined): Outcome {
  if (errno === undefined || errno === 'ECONNREFUSED') return 'refused';
  return errno === 'ETIMEDOUT' || errno === 'ENOBUFS' || errno === 'EAGAIN' ? 'unanswered' : 'unreachable';
}
