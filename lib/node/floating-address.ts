import { isIP, SocketAddress } from 'node:net';
import * as z from 'zod/mini';

/**
 * An address that can float between nodes, given back in canonical text (inet_ntop). Refused: a prefix length or a
 * scope (`%eth0`: link-local addresses belong to one link of one node), IPv4 written as IPv6, and what is no
 * single host's (unspecified, multicast, broadcast).
 */
export const floatingAddress: z.ZodMiniType<string, string> = z.pipe(
  z.pipe(
    z.string().check(z.refine((text: string) => isIP(text) !== 0 && !text.includes('%'))),
    z.transform(canonical),
  ),
  z.string().check(z.refine((address: string) => !NO_HOST.test(address))),
);

const NO_HOST = /^((0|22[4-9]|2[345]\d)\.|::$|::ffff:|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/;

function canonical(address: string): string {
  return new SocketAddress({ address, family: isIP(address) === 4 ? 'ipv4' : 'ipv6' }).address;
}
