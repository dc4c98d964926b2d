import { Resolver as DnsResolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { canonicalAddress, parseHosts } from './hosts-file.ts';
import { rereadFile } from './reread-file.ts';
import { parseResolvConf } from './resolv-conf.ts';

/**
 * Looks up host names: /etc/hosts first, then DNS, in bounded time and outside libuv's thread pool. How many
 * look-ups go on at the same time is the caller's to bound.
 */
export interface Resolver {
  /** Addresses of a name in these families; none where nobody knows it or nobody answers in time. Never rejects. */
  addresses(name: string, families: readonly IpFamily[]): Promise<readonly string[]>;
  /** Names of an address; none where nobody knows one or nobody answers in time. Never rejects. */
  names(address: string): Promise<readonly string[]>;
}

export type IpFamily = 4 | 6;

export interface ResolverOptions {
  readonly hostsFile?: string;
  readonly resolvConf?: string;
  /** DNS servers (`address` or `address:port`) in place of those of resolv.conf. */
  readonly servers?: readonly string[];
  /** About how long a look-up that nobody answers takes, milliseconds. */
  readonly patience?: number;
}

const TRIES = 2;
/** What DNS and hosts files can know; anything else is not looked up. */
const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})$/;

/** A resolver on this node's own configuration, which it re-reads when it changes. */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const { hostsFile = '/etc/hosts', resolvConf = '/etc/resolv.conf', patience = 4000 } = options;
  const hosts = rereadFile(hostsFile, parseHosts);
  const setup = rereadFile(resolvConf, (text) => {
    const { servers, search } = parseResolvConf(text);
    return { search, dns: dnsResolver(options.servers ?? servers, patience) };
  });
  const underWay = new Map<string, Promise<readonly string[]>>();

  /** One look-up for all who ask the same at the same time. */
  const once = (key: string, look: () => Promise<readonly string[]>): Promise<readonly string[]> => {
    const same = underWay.get(key);
    if (same) return same;
    const found = look().finally(() => underWay.delete(key));
    underWay.set(key, found);
    return found;
  };

  return {
    async addresses(name, families) {
      const wanted = (address: string): boolean => families.some((family) => family === isIP(address));
      const literal = canonicalAddress(name);
      if (literal !== undefined) return [literal].filter(wanted);
      if (!HOST_NAME.test(name)) return [];
      const known = hosts().addresses.get(name.toLowerCase())?.filter(wanted);
      if (known && known.length > 0) return known;
      const { dns, search } = setup();
      const full = name.includes('.') ? [name] : [...search.map((domain) => `${name}.${domain}`), name];
      return once(`${families.join()} ${name.toLowerCase()}`, async () => {
        for (const candidate of full) {
          const found = await Promise.all(families.map((family) => query(dns, candidate, family)));
          const all = found.flat();
          if (all.length > 0) return all;
        }
        return [];
      });
    },
    async names(address) {
      const literal = canonicalAddress(address);
      if (literal === undefined) return [];
      const known = hosts().names.get(literal);
      if (known) return known;
      const { dns } = setup();
      return once(literal, () => dns.resolvePtr(reverseName(literal)).catch(nothing));
    },
  };
}

function query(dns: DnsResolver, name: string, family: IpFamily): Promise<readonly string[]> {
  return (family === 4 ? dns.resolve4(name) : dns.resolve6(name)).catch(nothing);
}

/** c-ares asks every server TRIES times and doubles its patience at the second try. */
function dnsResolver(servers: readonly string[], patience: number): DnsResolver {
  const timeout = Math.ceil(patience / (3 * servers.length));
  const dns = new DnsResolver({ timeout, tries: TRIES });
  dns.setServers(servers);
  return dns;
}

/** The name under which DNS keeps an address's names (RFC 1035, section 3.5; RFC 3596, section 2.5). */
function reverseName(address: string): string {
  if (isIP(address) === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = '', tail = ''] = address.replace(/%.*/, '').split('::');
  const groups = (text: string): string[] =>
    text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'));
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0000');
  const nibbles = [...groups(head), ...zeros, ...groups(tail)].join('');
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`;
}

const nothing = (): readonly string[] => [];
