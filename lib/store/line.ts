import { crc32 } from './crc32.ts';

/** One line of a journal: CRC-32 of the JSON in hex, a blank, the JSON in plain ASCII, a newline. */
export function encodeLine(value: object): string {
  const json = JSON.stringify(value).replace(/[\x7f-\uffff]/g, escapeUnit);
  return `${crc32(json)} ${json}\n`;
}

/** The value of a line (without its newline), or undefined where the checksum says that it is damaged. */
export function decodeLine(line: string): unknown {
  const json = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== crc32(json)) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * The good lines that a damaged one is made of. Where a newline was lost, two lines have become one (or the last
 * one has grown by a byte); they are still there, and their checksums say so.
 */
export function partsOf(line: string): string[] {
  if (decodeLine(line.slice(0, -1)) !== undefined) return [line.slice(0, -1)];
  const seam = /.[0-9a-f]{8} \{"type"/gs;
  seam.lastIndex = 1;
  for (let found = seam.exec(line); found !== null; found = seam.exec(line)) {
    const parts = [line.slice(0, found.index), line.slice(found.index + 1)];
    const good = parts.filter((part) => decodeLine(part) !== undefined);
    if (good.length > 0) return good;
  }
  return [];
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
