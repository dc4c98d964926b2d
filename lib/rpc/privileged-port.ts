import { randomInt } from 'node:crypto';
import { errnoOf, Fault } from '../fault.ts';

/**
 * Ports that belong to somebody although nobody may be using them now: glibc's and Debian's
 * bindresvport.blacklist (ipp, ldaps, imaps, ...), and what else /etc/services knows on cluster nodes.
 */
const RESERVED: ReadonlySet<number> = new Set([
  623, 631, 636, 664, 694, 749, 750, 754, 774, 783, 853, 860, 873, 902, 921, 953, 989, 990, 992, 993, 994,
  995,
]);

/**
 * Privileged ports in the order in which they are to be tried, like glibc's bindresvport: 600 to 1023 from a
 * random start, then 512 to 599.
 */
export function privilegedPorts(): number[] {
  const upper = range(600, 1023);
  const start = randomInt(upper.length);
  const ports = [...upper.slice(start), ...upper.slice(0, start), ...range(512, 599)];
  return ports.filter((port) => !RESERVED.has(port));
}

/** Which local port to use: this one, or any privileged one that is free. */
export type LocalPort = number | 'privileged';

/**
 * Runs `attempt` with one local port after the other until one is free.
 * @param attempt rejects with EADDRINUSE where the port is taken; whatever else it rejects with is passed on.
 * @throws Fault `failed` that names address and port where none works.
 */
export async function withLocalPort<T>(
  address: string,
  port: LocalPort,
  attempt: (port: number) => Promise<T>,
): Promise<T> {
  const candidates = port === 'privileged' ? privilegedPorts() : [port];
  let taken: unknown;
  for (const candidate of candidates) {
    try {
      return await attempt(candidate);
    } catch (error) {
      if (errnoOf(error) !== 'EADDRINUSE') throw error;
      taken = error;
    }
  }
  const asked = port === 'privileged' ? 'any privileged port' : `port ${port}`;
  throw new Fault('failed', `cannot use ${asked} of ${address}`, {
    subject: `${address} ${asked}`,
    cause: taken,
  });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
