import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';

/** The host name that the lock manager puts into monitor records as my_name (uname's nodename). */
export function nodeName(): string {
  return hostname();
}

/** The kernel's random word for this boot (random(4)): the same word means that no reboot came between. */
export async function bootId(path = '/proc/sys/kernel/random/boot_id'): Promise<string> {
  return (await readFile(path, 'latin1')).trim();
}

/** Addresses that are up on this node now, as text, without scope. */
export function localAddresses(interfaces: typeof networkInterfaces = networkInterfaces): Set<string> {
  return new Set(Object.values(interfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)));
}
