import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SocketAddress } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The host name that the lock manager puts into monitor records as my_name (uname's nodename). */
export function nodeName(): string {
  return hostname();
}

/** The kernel's random word for this boot (random(4)): the same word means that no reboot came between. */
export async function bootId(path = '/proc/sys/kernel/random/boot_id'): Promise<string> {
  return (await readFile(path, 'latin1')).trim();
}

/**
 * Addresses that are up on this node now, as text, without scope. One of IPv6 is not where another host was found to have
 * it: nothing can be sent from it, and nobody gets here by it. One of which that is not known yet will be.
 */
export function localAddresses(
  interfaces: typeof networkInterfaces = networkInterfaces,
  ipv6Table = '/proc/net/if_inet6',
): Set<string> {
  const unusable = unusableIn(ipv6Table);
  const here = Object.entries(interfaces()).flatMap(([name, list]) =>
    (list ?? []).filter(({ address }) => !unusable.has(`${name} ${address}`)),
  );
  return new Set(here.map(({ address }) => address));
}

/** Flag of an address (IFA_F_DADFAILED of include/uapi/linux/if_addr.h). */
const DAD_FAILED = 0x08;

/** Interface and address, by the kernel's table (net/ipv6/addrconf.c if6_seq_show()): address, index, prefix, scope, flags, name. */
function unusableIn(table: string): Set<string> {
  const lines = readTable(table).matchAll(/^([\da-f]{32}) \S+ \S+ \S+ ([\da-f]+) +(\S+)$/gm);
  const unusable = [...lines].flatMap(([, hex = '', flags = '', name]) => {
    if ((Number.parseInt(flags, 16) & DAD_FAILED) === 0) return [];
    const address = hex.replace(/.{4}(?!$)/g, '$&:');
    return `${name} ${new SocketAddress({ family: 'ipv6', address }).address}`;
  });
  return new Set(unusable);
}

/** Empty where the kernel has no IPv6. */
function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
