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

const FILES = 'proc/fs/nfsd';

/**
 * Reads nfsd's state from /proc/fs/nfsd (fs/nfsd/nfsctl.c); null where that is not mounted, which is where no nfsd runs.
 * @param root what to read as `/`.
 */
export async function readNfsd(root = '/'): Promise<Nfsd | null> {
  const threads = await nfsdThreads(root);
  if (threads === null) return null;
  const ports = portsOf((await readOptional(join(root, FILES, 'portlist'))) ?? '');
  return { threads, ...(await nfsdVersions(root)), ports, hosts: await listeningHosts(ports, root) };
}

/** Threads of nfsd alone; null as above. */
export async function nfsdThreads(root = '/'): Promise<number | null> {
  const text = await readOptional(join(root, FILES, 'threads'));
  return text === null ? null : Number.parseInt(text, 10);
}

/** What it serves alone; nothing where it does not run. */
export async function nfsdVersions(root = '/'): Promise<Pick<Nfsd, 'on' | 'off'>> {
  const text = (await readOptional(join(root, FILES, 'versions'))) ?? '';
  const words = text.split(/\s+/).filter((word) => /^[+-][34]/.test(word));
  return {
    on: words.filter((word) => word.startsWith('+')).map((word) => word.slice(1)),
    off: words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)),
  };
}

/** Does it serve any NFSv4? */
export function servesV4({ on }: Pick<Nfsd, 'on'>): boolean {
  return on.some((version) => version === '4' || version.startsWith('4.'));
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
