/**
 * Text that strangers wrote (host names in monitor records, file names on shared storage), made fit for a log
 * line, an exit reason or a terminal: everything but printable ASCII becomes an escape (`\n`, `\x1b`,
 * `\u202e`), a backslash is doubled, and the result is cut to `limit` characters with `...` at the end.
 */
export function printable(text: string, limit = 128): string {
  return cut(text.replace(/[^\x20-\x5b\x5d-\x7e]/gu, escapeCharacter), limit);
}

/**
 * The same for text that quotes what was made printable() before, such as a reason: its backslashes stay as they are,
 * and whatever slipped through still cannot steer a terminal.
 */
export function printableSentence(text: string, limit = 128): string {
  return cut(text.replace(/[^\x20-\x7e]/gu, escapeCharacter), limit);
}

function cut(escaped: string, limit: number): string {
  return escaped.length <= limit ? escaped : `${escaped.slice(0, Math.max(0, limit - 3))}...`;
}

const NAMED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = Number(character.codePointAt(0));
  if (code <= 0xff) return NAMED[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u${code > 0xffff ? `{${code.toString(16)}}` : code.toString(16).padStart(4, '0')}`;
}
