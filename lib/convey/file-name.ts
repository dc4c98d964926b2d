import { SM_NAME_LIMIT } from '../nsm/sm-file.ts';

/**
 * Why a stored name cannot be the name of a file in `sm/`; undefined: it can. What a store holds was written by
 * strangers, so nothing in it may become a path.
 * @param name latin1
 */
export function unfitness(name: string): string | undefined {
  if (name === '') return 'its name is empty';
  if (name.startsWith('.')) return 'its name starts with a dot';
  if (/[/\0]/.test(name)) return 'its name holds a slash or NUL';
  if (name.length > SM_NAME_LIMIT) return `its name is longer than ${SM_NAME_LIMIT} bytes`;
  return undefined;
}
