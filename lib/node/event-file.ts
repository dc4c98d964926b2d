import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { errnoOf } from '../fault.ts';

/** One line of the file that openEventLog() writes. */
export interface LoggedEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: string;
  /** Whatever else the line says; text of strangers is escaped by whoever shows it. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const line = z.looseObject({ at: z.number(), event: z.string() });

/** What an event file and the one before it hold, oldest first; lines that are no events are passed over. */
export async function readEventFile(file: string): Promise<LoggedEvent[]> {
  // In this order: what is renamed in between is read twice, and not missed.
  const [now, before] = [await linesOf(file), await linesOf(`${file}.old`)];
  const seen = new Set(before);
  return [...before, ...now.filter((text) => !seen.has(text))].flatMap(parse);
}

function parse(text: string): LoggedEvent[] {
  try {
    const { at, event, ...facts } = z.parse(line, JSON.parse(text));
    return [{ at, event, facts }];
  } catch {
    return [];
  }
}

async function linesOf(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
