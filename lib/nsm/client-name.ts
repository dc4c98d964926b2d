import { isIP } from 'node:net';

/**
 * The name by which Lockferry knows a client: its mon_name, with an IPv4-mapped IPv6 address written as
 * IPv4 (NFS-Ganesha on a dual-stack socket says `::ffff:10.1.2.3` for 10.1.2.3) and addresses and host names in
 * lower case. Two records with equal client names are about the same client.
 */
export function clientName(monName: string): string {
  const lower = monName.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)?.[1];
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : lower;
}
