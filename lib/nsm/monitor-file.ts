import { sentenceOf } from '../fault.ts';
import { formatMonitorRecord, type MonitorRecord, parseMonitorRecord } from './monitor-record.ts';

/** A line that is not a monitor record, kept so that nothing of a file is lost. */
export interface MalformedLine {
  /** Counted from 1. */
  readonly line: number;
  /** The line itself, latin1. */
  readonly text: string;
  readonly reason: string;
}

/** What one file in `sm/` says. */
export interface MonitorFileContent {
  readonly records: readonly MonitorRecord[];
  readonly malformed: readonly MalformedLine[];
  /** All of it, latin1. */
  readonly text: string;
  /** False where statd is still writing: the file is empty or its last line has no newline. */
  readonly complete: boolean;
}

/** Reads the bytes of a file in `sm/`: one record a line, several lines being normal. Never throws. */
export function parseMonitorFile(bytes: Buffer): MonitorFileContent {
  const all = bytes.toString('latin1');
  const lines = all.split('\n');
  const rest = lines.pop();
  const records: MonitorRecord[] = [];
  const malformed: MalformedLine[] = [];
  for (const [index, text] of (rest ? [...lines, rest] : lines).entries()) {
    try {
      records.push(parseMonitorRecord(text));
    } catch (error) {
      malformed.push({ line: index + 1, text, reason: sentenceOf(error) });
    }
  }
  return { records, malformed, text: all, complete: bytes.length > 0 && rest === '' };
}

/** The bytes of a file in `sm/` that holds these records. */
export function formatMonitorFile(records: readonly MonitorRecord[]): Buffer {
  return Buffer.from(records.map((record) => `${formatMonitorRecord(record)}\n`).join(''), 'latin1');
}
