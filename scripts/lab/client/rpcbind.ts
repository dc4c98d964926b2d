import { callOnce } from './rpc-once.ts';
import { XdrWriter } from './xdr.ts';

/** rpcbind (RFC 1833): version 2 to register with our own, version 4 to ask anybody's, over either IP family. */
const PROGRAM = 100000;
const PORT = 111;
const PMAP_SET = 1;
const PMAP_UNSET = 2;
const RPCB_GETADDR = 3;
const TIMEOUT_MS = 2000;
const PROTOCOLS = { tcp: 6, udp: 17 };

async function portmap(procedure: number, program: number, version: number, protocol: number, port: number) {
  const to = { host: '127.0.0.1', port: PORT, program: PROGRAM, version: 2, procedure };
  const args = new XdrWriter().u32(program).u32(version).u32(protocol).u32(port).bytes();
  return (await callOnce(to, args, TIMEOUT_MS)).bool();
}

/** Makes this machine's rpcbind answer with these ports; what an earlier program left there is replaced. */
export async function register(
  program: number,
  versions: readonly number[],
  ports: { tcp: number; udp: number },
) {
  for (const version of versions) {
    await unregister(program, [version]);
    for (const protocol of ['tcp', 'udp'] as const) {
      if (await portmap(PMAP_SET, program, version, PROTOCOLS[protocol], ports[protocol])) continue;
      throw new Error(`rpcbind does not register program ${program} version ${version} ${protocol}`);
    }
  }
}

/** Takes a program out of this machine's rpcbind, whatever transport it was registered for. */
export async function unregister(program: number, versions: readonly number[]): Promise<void> {
  for (const version of versions) await portmap(PMAP_UNSET, program, version, 0, 0);
}

/** The TCP port of a program at a host; rejects when it is not registered there, or nobody answers. */
export async function tcpPortOf(host: string, program: number, version: number): Promise<number> {
  const netid = host.includes(':') ? 'tcp6' : 'tcp';
  const to = { host, port: PORT, program: PROGRAM, version: 4, procedure: RPCB_GETADDR };
  const args = new XdrWriter().u32(program).u32(version).string(netid).string('').string('').bytes();
  // A universal address ends in the port's two bytes in decimal: 10.77.0.100.8.1 (RFC 5665 section 5.2.3.3).
  const universal = (await callOnce(to, args, TIMEOUT_MS)).string();
  const [high, low] = universal.split('.').slice(-2).map(Number);
  if (high === undefined || low === undefined)
    throw new Error(`program ${program} is not registered at ${host}`);
  return high * 256 + low;
}
