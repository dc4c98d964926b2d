import { join } from 'node:path';
import { readOptional } from './optional-file.ts';

/** The kernel's NFS server in our network namespace, as its control files show it. */
export interface Nfsd {
  /** Threads that run; 0: no NFS is served. */
  readonly threads: number;
  /** Versions and minor versions that are on and off (`3`, `4`, `4.1`); rpc.nfsd knows no others. */
  readonly on: readonly string[];
  readonly off: readonly string[];
  /** `tcp 2049` and the like, one for each transport and port. */
  readonly ports: readonly { readonly transport: string; readonly port: number }[];
  /** Addresses that it listens at, where it does not listen at all of them. */
  readonly hosts: readonly string[];
}

/**
 * Reads nfsd's state from /proc/fs/nfsd (fs/nfsd/nfsctl.c); null where that is not mounted, which is where no nfsd runs.
 * @param root what to read as `/`.
 */
export async function readNfsd(root = '/'): Promise<Nfsd | null> {
  const files = join(root, 'proc/fs/nfsd');
  const threads = await readOptional(join(files, 'threads'));
  if (threads === null) return null;
  const words = ((await readOptional(join(files, 'versions'))) ?? '')
    .split(/\s+/)
    .filter((word) => /^[+-][34]/.test(word));
  const ports = portsOf((await readOptional(join(files, 'portlist'))) ?? '');
  return {
    threads: Number.parseInt(threads, 10),
    on: words.filter((word) => word.startsWith('+')).map((word) => word.slice(1)),
    off: words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)),
    ports,
    hosts: await listeningHosts(ports, root),
  };
}

/** Does it serve any NFSv4? */
export function servesV4(nfsd: Nfsd): boolean {
  return nfsd.on.some((version) => version === '4' || version.startsWith('4.'));
}

/**
 * The arguments with which rpc.nfsd(8) starts the server again as it is now. Without them it takes nfs.conf's word, which
 * need not be what the cluster's resource started it with.
 */
export function nfsdArguments(nfsd: Nfsd): string[] {
  const tcp = nfsd.ports.find(({ transport }) => transport === 'tcp');
  const udp = nfsd.ports.find(({ transport }) => transport === 'udp');
  const rdma = nfsd.ports.find(({ transport }) => transport === 'rdma');
  return [
    ...nfsd.on.flatMap((version) => ['-V', version]),
    ...nfsd.off.flatMap((version) => ['-N', version]),
    tcp ? '-t' : '-T',
    udp ? '-u' : '-U',
    ...(rdma ? [`--rdma=${rdma.port}`] : []),
    ...['-p', String((tcp ?? udp)?.port ?? 2049)],
    ...nfsd.hosts.flatMap((host) => ['-H', host]),
    String(nfsd.threads),
  ];
}

function portsOf(portlist: string): { transport: string; port: number }[] {
  const lines = new Set(portlist.split('\n').filter((line) => /^\w+ \d+$/.test(line)));
  return [...lines].map((line) => {
    const [transport = '', port] = line.split(' ');
    return { transport, port: Number(port) };
  });
}

const ANY = new Set(['0.0.0.0', '::']);

/** Local addresses of the TCP listeners at nfsd's port; none where one of them is the wildcard. */
async function listeningHosts(ports: Nfsd['ports'], root: string): Promise<string[]> {
  const port = ports.find(({ transport }) => transport === 'tcp')?.port;
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readOptional(join(root, 'proc/net', name))));
  const hosts = tables.flatMap((table) => listeners(table ?? '', port));
  return hosts.some((host) => ANY.has(host)) ? [] : [...new Set(hosts)];
}

/** /proc/net/tcp (proc(5)): local address as hexadecimal words in host order, port; state 0A is LISTEN. */
function listeners(table: string, port: number | undefined): string[] {
  return [...table.matchAll(/^ *\d+: ([\dA-F]+):([\dA-F]{4}) \S+ 0A /gm)].flatMap(
    ([, address = '', hexPort = '']) => (Number.parseInt(hexPort, 16) === port ? [addressText(address)] : []),
  );
}

function addressText(hex: string): string {
  // The kernel prints each word as a number of the host: little-endian ones are meant (all but s390x).
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    (Number(bytes[at * 2]) * 256 + Number(bytes[at * 2 + 1])).toString(16),
  );
  return groups.every((group) => group === '0') ? '::' : groups.join(':');
}
