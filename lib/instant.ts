/** ECMAScript's last instant, milliseconds since 1970. */
const LAST = 8.64e15;

/** `2026-11-25T04:00:00Z` for milliseconds since 1970; null for what cannot be when something happened. */
export function instant(at: number): string | null {
  return at > 0 && at <= LAST ? new Date(at).toISOString().replace(/\.\d+Z$/, 'Z') : null;
}
