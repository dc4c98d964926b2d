import { type BaseEntry, encodeEntry } from './entry.ts';
import type { StoreState } from './state.ts';

/** Written at a time: small enough that whoever waits for the disk or the processor waits a few milliseconds. */
const CHUNK = 256 * 1024;

export interface BaseLines {
  readonly count: number;
  readonly chunks: Iterable<string>;
}

/**
 * The lines that say a whole state, in chunks, encoded as they are asked for. The state is that of the moment of
 * the call, whatever becomes of it meanwhile: its entries never change, so copying references is enough.
 */
export function baseLines(state: StoreState): BaseLines {
  const { stateNumber, ended, recoveryEnded, lockCount } = state;
  const current = [...state.current.values()];
  const inherited = [...state.inherited.values()];
  const ledger = [...state.ledger.values()];
  function* entries(): Iterable<BaseEntry> {
    yield { type: 'facts', stateNumber, ended, recoveryEnded, lockCount };
    for (const file of current) yield { type: 'current', file };
    for (const file of inherited) yield { type: 'inherited', file };
    for (const entry of ledger) yield { type: 'ledger', entry };
  }
  return { count: 1 + current.length + inherited.length + ledger.length, chunks: inChunks(entries()) };
}

function* inChunks(entries: Iterable<BaseEntry>): Iterable<string> {
  let lines: string[] = [];
  let size = 0;
  for (const entry of entries) {
    const line = encodeEntry(entry);
    lines.push(line);
    size += line.length;
    if (size < CHUNK) continue;
    yield lines.join('');
    lines = [];
    size = 0;
  }
  yield lines.join('');
}
