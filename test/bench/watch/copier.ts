import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { write } from './watcher.ts';

// What the scripts of other clusters do: copy sm/, and sleep. Made durable, which they are not said to do.
const LOOP = `while :; do date +%s.%N; cp -aT "$1" "$2"; sync -f "$2"; date +%s.%N; sleep "$3"; done`;

/**
 * Writes the records of these clients, one after another, while a loop copies the directory every so many seconds.
 * @returns how long each took until a copy that began after it was durable, milliseconds.
 */
export async function copied(
  statd: string,
  dir: string,
  period: number,
  clients: readonly string[],
): Promise<number[]> {
  mkdirSync(dir);
  const words = ['--pdeathsig', 'KILL', 'sh', '-ec', LOOP, 'sh', join(statd, 'sm'), dir, String(period)];
  const loop = spawn('setpriv', words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  const times: number[] = [];
  createInterface({ input: loop.stdout }).on('line', (line) => times.push(Number(line) * 1000));
  try {
    while (times.length < 2) await pause(5);
    const written: number[] = [];
    for (const client of clients) {
      written.push(write(statd, client));
      // Not in step with the loop.
      await pause(period * 1000 * (0.2 + 0.3 * Math.random()));
    }
    const last = Number(written.at(-1));
    // Pairs: when a copy began, and when it was durable.
    const after = (at: number) => times.findIndex((time, index) => index % 2 === 0 && time >= at);
    while (after(last) < 0 || times[after(last) + 1] === undefined) await pause(5);
    return written.map((at) => Number(times[after(at) + 1]) - at);
  } finally {
    loop.kill('SIGKILL');
  }
}
