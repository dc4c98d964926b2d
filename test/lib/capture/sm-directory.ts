import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type StatdDirectory, statdDirectory } from '../../../lib/nsm/statd-directory.ts';

/** A statd directory with the given files in its `sm/`, all written long ago. */
export function smDirectory(path: string, files: Readonly<Record<string, string>> = {}): StatdDirectory {
  const directory = statdDirectory(path);
  mkdirSync(directory.sm, { recursive: true });
  mkdirSync(directory.smBak, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory.sm, name), text);
  return directory;
}

/** The line that statd writes for NFS-Ganesha. */
export function lineOf(monName: string, myName = 'n1', cookie = '0'.repeat(32)): string {
  return `0100007f 000186b5 00000004 00000010 ${cookie} ${monName} ${myName}\n`;
}

/** The line that statd writes for lockd, with a cookie of its own. */
export function lockdsLineOf(monName: string, cookie: string, myName = 'n1'): string {
  return lineOf(monName, myName, cookie.padStart(32, '0')).replace('00000004', '00000003');
}

/** Dates a file or directory back, past any doubt about the clock's ticks in its mtime. */
export function dateBack(path: string): void {
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

/** Waits for a condition, 10 s at most. */
export async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await met())) {
    assert.ok(performance.now() < end, `not met: ${met}`);
    await setTimeout(1);
  }
}

/** Waits until a number stays as it is for 50 ms. */
export function quiet(number: () => number): Promise<void> {
  return until(async () => {
    const before = number();
    await setTimeout(50);
    return number() === before;
  });
}
