import { isIPv6 } from 'node:net';
import { Fault } from '../fault.ts';
import type { RpcCall } from './call.ts';
import { XdrReader, xdrString, xdrUnsigned } from './xdr.ts';

/** The port of rpcbind, UDP and TCP (RFC 1833). */
export const RPCBIND_PORT = 111;

export type Transport = 'udp' | 'tcp';

const RPCBIND = 100000;
const PROTOCOL: Readonly<Record<Transport, number>> = { tcp: 6, udp: 17 };
/** "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%interface.255.255" and some room. */
const ADDRESS_LIMIT = 256;

/**
 * The question to a host's rpcbind on which port a program listens: PMAPPROC_GETPORT of version 2 for IPv4;
 * RPCBPROC_GETADDR of version 3 for IPv6, as sm-notify asks (every rpcbind that knows version 4 knows it).
 * @param host the address of the host that is asked; its family decides which question it is.
 */
export function askForPort(host: string, program: number, version: number, transport: Transport): RpcCall {
  if (isIPv6(host)) {
    const universal = `${host.replace(/%.*/, '')}.0.${RPCBIND_PORT}`;
    const strings = [`${transport}6`, universal, ''].map(xdrString);
    const args = Buffer.concat([xdrUnsigned(program), xdrUnsigned(version), ...strings]);
    return { program: RPCBIND, version: 3, procedure: 3, args };
  }
  const args = Buffer.concat([program, version, PROTOCOL[transport], 0].map(xdrUnsigned));
  return { program: RPCBIND, version: 2, procedure: 3, args };
}

/**
 * What rpcbind answered to {@link askForPort}.
 * @returns 0 where the program is not registered.
 * @throws Fault `malformed`.
 */
export function portFrom(host: string, results: Buffer): number {
  const reader = new XdrReader(results);
  if (!isIPv6(host)) return believedPort(reader.unsigned());
  const universal = reader.string(ADDRESS_LIMIT);
  if (universal === '') return 0;
  const bytes = /\.(\d{1,3})\.(\d{1,3})$/.exec(universal)?.slice(1).map(Number) ?? [];
  const [high = Number.NaN, low = Number.NaN] = bytes.filter((byte) => byte <= 0xff);
  return believedPort(high * 256 + low);
}

/** One line of rpcbind's list. */
export interface Registration {
  readonly program: number;
  readonly version: number;
  /** IP protocol: 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly port: number;
}

/** The question for everything that is registered: PMAPPROC_DUMP. */
export const ASK_FOR_ALL: RpcCall = { program: RPCBIND, version: 2, procedure: 4, args: Buffer.alloc(0) };

/** What rpcbind answered to {@link ASK_FOR_ALL}. @throws Fault `malformed`. */
export function registrationsFrom(results: Buffer): readonly Registration[] {
  const reader = new XdrReader(results);
  const registrations: Registration[] = [];
  while (reader.unsigned() !== 0) {
    registrations.push({
      program: reader.unsigned(),
      version: reader.unsigned(),
      protocol: reader.unsigned(),
      port: believedPort(reader.unsigned()),
    });
  }
  return registrations;
}

function believedPort(port: number): number {
  if (port <= 0xffff) return port;
  throw new Fault('malformed', 'rpcbind named an impossible port', {
    found: String(port),
    wanted: 'at most 65535',
  });
}
