import { isIP } from 'node:net';
import { hostName } from '../node/host-name.ts';
import type { Resolver } from '../node/resolver.ts';

/** A name under which clients are told that the service restarted. */
export interface Announcement {
  /** What SM_NOTIFY carries as mon_name. */
  readonly name: string;
  /** The floating address from which this name goes first. */
  readonly source: string;
}

/** Reverse DNS can say anything; so many names of one address are believed. */
const REVERSE_LIMIT = 8;

/**
 * All names under which clients may know the service, each once: every floating address as text, what the
 * resource's `names` lists, and the full names that reverse DNS has for the addresses, where it answers in time.
 * A client mounts by one of these and its statd may compare names exactly; a short name that is not listed is
 * left out, because another domain's host may have it too.
 * @param patience how long DNS is waited for, milliseconds.
 */
export async function announcementsFor(
  service: { readonly addresses: readonly string[]; readonly names: readonly string[] },
  resolver: Resolver,
  patience: number,
): Promise<readonly Announcement[]> {
  const { addresses, names } = service;
  const [first] = addresses;
  if (first === undefined) return [];
  const listed = names.map(async (name) => {
    const source = await inTime(homeOf(name, addresses, resolver), patience, undefined);
    return { name, source: source ?? first };
  });
  const reversed = addresses.map(async (source) => {
    const found = await inTime(resolver.names(source), patience, []);
    const full = found.map((name) => name.replace(/\.$/, '')).filter((name) => name.includes('.'));
    // Nobody mounts by what is no host name, and what cannot be sent would keep all the others from being told.
    const names = full.filter((name) => hostName.safeParse(name).success);
    return names.slice(0, REVERSE_LIMIT).map((name) => ({ name, source }));
  });
  const all = [
    ...addresses.map((address) => ({ name: address, source: address })),
    ...(await Promise.all(listed)),
    ...(await Promise.all(reversed)).flat(),
  ];
  const seen = new Set<string>();
  return all.filter(({ name }) => !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()));
}

/** The floating address that a name stands for. */
async function homeOf(
  name: string,
  addresses: readonly string[],
  resolver: Resolver,
): Promise<string | undefined> {
  const families = ([4, 6] as const).filter((family) =>
    addresses.some((address) => isIP(address) === family),
  );
  const found = await resolver.addresses(name, families);
  return addresses.find((address) => found.includes(address));
}

/** What a look-up finds, or `otherwise` where it takes longer than `patience` milliseconds. */
function inTime<T>(lookUp: Promise<T>, patience: number, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience, otherwise);
    void lookUp.then((found) => {
      clearTimeout(timer);
      resolve(found);
    });
  });
}
