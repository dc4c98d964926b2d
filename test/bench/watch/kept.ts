import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { lineFor } from '../clients.ts';

const KEEPER = fileURLToPath(new URL('./keeper.js', import.meta.url));
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

/** A keeper in a process of its own that captures a statd directory, and how long each client's record takes. */
export class WatchedKeeper {
  readonly #statd: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #durable = new Map<string, number>();
  #said: (line: string) => void = () => undefined;

  private constructor(statd: string, dir: string) {
    this.#statd = statd;
    const words = [...KEEPER_OPTIONS, KEEPER, statd, join(dir, 'store'), join(dir, 'run')];
    this.#child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => this.#hear(line));
  }

  static async start(statd: string, dir: string): Promise<WatchedKeeper> {
    const keeper = new WatchedKeeper(statd, dir);
    const said = await new Promise<string>((resolve) => {
      keeper.#said = resolve;
    });
    if (said !== 'ready') throw new Error(`the keeper says ${said}`);
    return keeper;
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
