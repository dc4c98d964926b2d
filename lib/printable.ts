/**
 * Text that strangers wrote (host names in monitor records, file names on shared storage), made fit for a log
 * line, an exit reason or a terminal: everything but printable ASCII becomes an escape (`\n`, `\x1b`,
 * `\u202e`), a backslash is doubled, and the result is cut to `limit` characters with `...` at the end.
 */
export function printable(text: string, limit = 128): string {
  const escaped = text.replace(/[^\x20-\x5b\x5d-\x7e]/gu, escapeCharacter);
  return escaped.length <= limit ? escaped : `${escaped.slice(0, Math.max(0, limit - 3))}...`;
}

const NAMED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = Number(character.codePointAt(0));
  if (code <= 0xff) return NAMED[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u${code > 0xffff ? `{${code.toString(16)}}` : code.toString(16).padStart(4, '0')}`;
}
