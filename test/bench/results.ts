import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Measured, type Measurements, page } from './report.ts';
import { ROWS } from './rows/index.ts';

/** What was measured on this machine, in a directory: as JSON, and as a page. Rows stay until they are measured anew. */
export class Results {
  readonly #dir: string;
  readonly #machine: Measurements['machine'];
  readonly #rows = new Map<string, Measured>();

  constructor(dir: string, machine: Measurements['machine']) {
    this.#dir = dir;
    this.#machine = machine;
    for (const row of this.#standing()) this.#rows.set(row.name, row);
  }

  /** Puts a row in place of what was measured of it before. */
  save(row: Measured): void {
    this.#rows.set(row.name, row);
    const rows = ROWS.flatMap(({ name }) => this.#rows.get(name) ?? []);
    const measurements = { machine: this.#machine, rows };
    mkdirSync(this.#dir, { recursive: true });
    writeFileSync(this.#json, `${JSON.stringify(measurements, rounded, 1)}\n`);
    writeFileSync(join(this.#dir, 'performance.md'), page(measurements));
  }

  get #json(): string {
    return join(this.#dir, 'performance.json');
  }

  #standing(): readonly Measured[] {
    let former: Measurements;
    try {
      former = JSON.parse(readFileSync(this.#json, 'utf8'));
    } catch {
      return [];
    }
    if (isDeepStrictEqual(former.machine, this.#machine)) return former.rows;
    console.error(`bench: the rows of ${this.#json} are dropped: another machine, or other versions`);
    return [];
  }
}

/** Microseconds say enough. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
