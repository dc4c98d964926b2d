import { canonicalAddress } from '../../node/hosts-file.ts';
import type { IpFamily } from '../../node/resolver.ts';

/** A record or a DNS answer can name any number of addresses; so many are tried. */
const CANDIDATES_LIMIT = 16;

/** The family of what is known to be a literal address: asked for each datagram, so not by parsing it. */
export function familyOf(address: string): IpFamily {
  return address.includes(':') ? 6 : 4;
}

/**
 * The addresses at which a client may be asked, each once, in the order given: those of a family that the
 * service has, and of a single host (no multicast, no broadcast, not "any address").
 */
export function candidatesAmong(texts: readonly string[], families: readonly IpFamily[]): string[] {
  const usable = texts
    .map(canonicalAddress)
    .filter((address) => address !== undefined)
    .filter((address) => families.includes(familyOf(address)))
    .filter((address) => !/^(0\.0\.0\.0|255\.255\.255\.255|(22[4-9]|23\d)\..*|::|ff..:.*)$/.test(address));
  return [...new Set(usable)].slice(0, CANDIDATES_LIMIT);
}
