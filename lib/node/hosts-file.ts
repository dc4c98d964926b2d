import { isIP, SocketAddress } from 'node:net';

/** Who is who according to /etc/hosts (hosts(5)). */
export interface Hosts {
  /** Addresses of a name, in the file's order; names are in lower case. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Names of an address in canonical text, in the file's order, canonical name first. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** Reads the text of a hosts file; lines that do not begin with an address are skipped. */
export function parseHosts(text: string): Hosts {
  const addresses = new Map<string, string[]>();
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [written = '', ...words] = line.replace(/#.*/, '').trim().split(/\s+/);
    const address = canonicalAddress(written);
    if (address === undefined) continue;
    for (const word of words) {
      const name = word.toLowerCase();
      add(addresses, name, address);
      add(names, address, name);
    }
  }
  return { addresses, names };
}

/**
 * The one way to write an address (RFC 5952), or undefined where the text is none. An IPv4-mapped address
 * becomes the IPv4 address that it stands for; a zone (`%eth0`) is kept.
 */
export function canonicalAddress(text: string): string | undefined {
  const [bare = '', zone] = text.split('%', 2);
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return bare;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  if (zone !== undefined) return `${address}%${zone}`;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (!values) map.set(key, [value]);
  else if (!values.includes(value)) values.push(value);
}
