import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The addresses of so many clients: 10.NET.0.0, 10.NET.0.1, ... */
export function clientNames(net: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `10.${net + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`);
}

/** What statd would write of a client for NFS-Ganesha. */
export function lineFor(client: string): string {
  return `0100007f 000186b5 00000004 00000010 000102030405060708090a0b0c0d0e0f ${client} n1\n`;
}

/** A statd directory with the records of these clients. @returns its path. */
export function statdDirectoryWith(path: string, clients: readonly string[]): string {
  for (const sub of ['sm', 'sm.bak']) mkdirSync(join(path, sub), { recursive: true });
  for (const client of clients) writeFileSync(join(path, 'sm', client), lineFor(client));
  return path;
}
