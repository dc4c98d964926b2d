/**
 * What a name in `sm/` can be (nfs-utils, support/nsm/file.c):
 * - `hidden`: starts with a dot; statd's loader passes it over, newer releases write `.NAME.new` first.
 * - `temporary`: nfs-utils before 2.8.2 writes `NAME.new` in `sm/` and renames it over NAME. Where there is no NAME, it was
 *   left behind, or a client has this name.
 * - `strange`: holds white space, which statd refuses in names, or control characters.
 * - `client`: a file that statd may have made.
 */
export type NameKind = 'hidden' | 'temporary' | 'strange' | 'client';

const TEMPORARY = '.new';

/** @param name latin1 */
export function kindOfName(name: string): NameKind {
  if (name.startsWith('.')) return 'hidden';
  if (/[^!-~\x80-\xff]/.test(name)) return 'strange';
  return name.length > TEMPORARY.length && name.endsWith(TEMPORARY) ? 'temporary' : 'client';
}

/** The name that a temporary file will take. */
export function finalName(temporary: string): string {
  return temporary.slice(0, -TEMPORARY.length);
}
