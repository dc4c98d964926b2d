import { isIPv6 } from 'node:net';
import { Fault } from '../fault.ts';
import { nullProcedure, type RpcCall } from './call.ts';
import {
  ASK_FOR_ALL,
  askForPort,
  portFrom,
  type Registration,
  RPCBIND_PORT,
  registrationsFrom,
  type Transport,
} from './rpcbind.ts';
import { callOverTcp } from './tcp-call.ts';
import { callOverUdp, type Peer } from './udp-call.ts';

/** NFS version 3 (RFC 1813). */
export const NFS3 = { program: 100003, version: 3 } as const;
/** The network lock manager, version 4 (RFC 1813, appendix II). */
export const NLM4 = { program: 100021, version: 4 } as const;
/** The status monitor (XNFS, chapter 11). */
export const NSM1 = { program: 100024, version: 1 } as const;

/** An RPC program in one version. */
export interface RpcProgram {
  readonly program: number;
  readonly version: number;
}

/** Where rpcbind listens and how long it is waited for. */
export interface RpcbindHost {
  /** One of this node's addresses; 127.0.0.1 where nothing else is said. */
  readonly address?: string;
  readonly rpcbindPort?: number;
  /** Milliseconds for the whole question. */
  readonly timeout: number;
}

/** Everything that is registered with this node's rpcbind. @throws Fault where rpcbind does not say. */
export async function registeredHere(host: RpcbindHost): Promise<readonly Registration[]> {
  const [results] = await callOverTcp(rpcbindOf(host), [ASK_FOR_ALL]);
  return registrationsFrom(results as Buffer);
}

/** Whether a list of registrations names this program in this version, on any transport. */
export function isRegistered(registrations: readonly Registration[], wanted: RpcProgram): boolean {
  return registrations.some(
    ({ program, version }) => program === wanted.program && version === wanted.version,
  );
}

/**
 * Whether a program on this node answers procedure 0.
 * @returns false where it is not registered on this transport.
 * @throws Fault where rpcbind or the program does not answer in time, or refuses.
 */
export async function answersHere(
  wanted: RpcProgram,
  transport: Transport,
  host: RpcbindHost,
): Promise<boolean> {
  const until = performance.now() + host.timeout;
  const rpcbind = rpcbindOf(host);
  const question = askForPort(rpcbind.address, wanted.program, wanted.version, transport);
  const [results] = await callOverTcp(rpcbind, [question]);
  const port = portFrom(rpcbind.address, results as Buffer);
  if (port === 0) return false;
  const peer: Peer = { ...rpcbind, port, timeout: Math.max(1, until - performance.now()) };
  const call = nullProcedure(wanted.program, wanted.version);
  await (transport === 'tcp' ? callOverTcp(peer, [call]) : callOverUdp(peer, call));
  return true;
}

/**
 * Calls procedures of a program on this node over TCP, all over one connection.
 * @returns the results in XDR, in the order of the calls. @throws Fault `failed` where it is not registered, or as callOverTcp.
 */
export async function callHere(calls: readonly RpcCall[], host: RpcbindHost): Promise<readonly Buffer[]> {
  const [first] = calls;
  if (first === undefined) return [];
  const rpcbind = rpcbindOf(host);
  const question = askForPort(rpcbind.address, first.program, first.version, 'tcp');
  const [results] = await callOverTcp(rpcbind, [question]);
  const port = portFrom(rpcbind.address, results as Buffer);
  if (port === 0) throw new Fault('failed', `program ${first.program} is not registered with rpcbind`);
  return callOverTcp({ ...rpcbind, port }, calls);
}

function rpcbindOf(host: RpcbindHost): Peer {
  const { address = '127.0.0.1', rpcbindPort = RPCBIND_PORT, timeout } = host;
  const localAddress = isIPv6(address) ? '::' : '0.0.0.0';
  return { address, port: rpcbindPort, localAddress, localPort: 0, timeout };
}
