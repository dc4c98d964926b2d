import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';

/** What a node says, see guest/agent.py. */
export type NodeMessage =
  | { readonly hello: string }
  | { readonly id: number; readonly out: string }
  | { readonly id: number; readonly err: string }
  | { readonly id: number; readonly exit: number }
  | { readonly power: number; readonly ask: string };

/** What a node is told. */
export type LabMessage =
  | { readonly id: number; readonly run: readonly string[]; readonly env?: Readonly<Record<string, string>> }
  | { readonly id: number; readonly in: string }
  | { readonly id: number; readonly eof: true }
  | { readonly id: number; readonly signal: number }
  | { readonly power: number; readonly answer: string };

/** User Mode Linux' serial line stops for good when its input overflows the terminal's 4 KiB buffer. */
const LONGEST_LINE = 1000;

/** One JSON object a line over a node's serial line, which works whatever happens to its network. */
export class Channel {
  readonly #line: Duplex;
  readonly #exchange: string;
  #files = 0;

  /** `exchange`: a directory that the node sees through hostfs; longer messages to it go through files there. */
  constructor(line: Duplex, exchange: string, hear: (message: NodeMessage) => void) {
    this.#line = line;
    this.#exchange = exchange;
    const lines = createInterface({ input: line });
    // The other end went away with its kernel, which is noticed where its process ends.
    for (const stream of [line, lines]) stream.on('error', () => {});
    lines.on('line', (text) => {
      if (text.startsWith('{')) hear(JSON.parse(text) as NodeMessage);
    });
  }

  tell(message: LabMessage): void {
    let line = JSON.stringify(message);
    if (line.length > LONGEST_LINE) {
      this.#files += 1;
      const name = `${Date.now()}-${this.#files}`;
      writeFileSync(join(this.#exchange, name), line);
      line = JSON.stringify({ file: name });
    }
    this.#line.write(`${line}\n`);
  }
}
