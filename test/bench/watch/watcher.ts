import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { lineFor } from '../clients.ts';

/** Who makes records durable, and where: the words that follow STATD_DIRECTORY. */
const PROGRAMS = {
  keeper: (dir: string) => [join(dir, 'store'), join(dir, 'run')],
  bare: (dir: string) => [join(dir, 'bare')],
};
const DURABLE_WITHIN = 60_000;

/** Milliseconds since 1970, with their fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Writes a client's record as statd does. @returns when that was. */
export function write(statd: string, client: string): number {
  const fd = openSync(join(statd, 'sm', client), 'w');
  const at = now();
  writeSync(fd, lineFor(client));
  closeSync(fd);
  return at;
}

/** A process that captures a statd directory, the keeper or a bare one, and how long each client's record takes. */
export class Watcher {
  readonly #statd: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #durable = new Map<string, number>();
  #said: (line: string) => void = () => undefined;

  private constructor(program: keyof typeof PROGRAMS, statd: string, dir: string) {
    this.#statd = statd;
    const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
    const words = [...KEEPER_OPTIONS, file, statd, ...PROGRAMS[program](dir)];
    this.#child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => this.#hear(line));
  }

  static async start(program: keyof typeof PROGRAMS, statd: string, dir: string): Promise<Watcher> {
    const watcher = new Watcher(program, statd, dir);
    const said = await new Promise<string>((resolve) => {
      watcher.#said = resolve;
    });
    if (said !== 'ready') throw new Error(`${program} says ${said}`);
    return watcher;
  }

  /** Writes records of these clients at once. @returns how long each took to become durable, milliseconds. */
  async record(clients: readonly string[]): Promise<number[]> {
    const written = clients.map((client) => write(this.#statd, client));
    const end = Date.now() + DURABLE_WITHIN;
    while (!clients.every((client) => this.#durable.has(client))) {
      if (Date.now() > end) throw new Error('not all records became durable');
      await pause(2);
    }
    return clients.map((client, index) => Number(this.#durable.get(client)) - Number(written[index]));
  }

  close(): void {
    this.#child.stdin?.end();
  }

  #hear(line: string): void {
    const [at, ...names] = line.split(' ');
    if (!Number.isFinite(Number(at))) this.#said(line);
    for (const name of names) if (!this.#durable.has(name)) this.#durable.set(name, Number(at));
  }
}
