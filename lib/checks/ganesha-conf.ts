import { join } from 'node:path';
import { readOptional } from '../node/optional-file.ts';

const FILE = 'etc/ganesha/ganesha.conf';

/**
 * What NFS-Ganesha's configuration says under a key, in whatever block, in the order of the file; null: there is no such
 * file. What it includes (`%include`) is not read. @param root what to read as `/`
 */
export async function ganeshaValues(key: string, root = '/'): Promise<string[] | null> {
  const text = await readOptional(join(root, FILE));
  if (text === null) return null;
  const values = text.replace(/#.*/g, '').matchAll(new RegExp(`\\b${key}\\s*=\\s*"?([^;"\\n]*)`, 'gi'));
  return [...values].map(([, value = '']) => value.trim());
}
