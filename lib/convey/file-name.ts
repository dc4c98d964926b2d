/** Longest file name that Linux file systems take, in bytes. */
const LONGEST = 255;

/**
 * Why a stored name cannot be the name of a file in `sm/`; undefined: it can. What a store holds was written by
 * strangers, so nothing in it may become a path.
 * @param name latin1
 */
export function unfitness(name: string): string | undefined {
  if (name === '') return 'its name is empty';
  if (name.startsWith('.')) return 'its name starts with a dot';
  if (/[/\0]/.test(name)) return 'its name holds a slash or NUL';
  if (name.length > LONGEST) return `its name is longer than ${LONGEST} bytes`;
  return undefined;
}
