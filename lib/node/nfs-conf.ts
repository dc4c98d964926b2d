import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One place where nfs.conf(5) sets a value. */
export interface NfsConfValue {
  /** The file, absolute, below the root. */
  readonly file: string;
  readonly value: string;
}

/**
 * What nfs.conf(5) and its drop-ins say under a key, in the order in which nfs-utils reads them: the last one counts.
 * A file that cannot be read says nothing.
 * @param section and key in lower case; nfs-utils compares them so.
 * @param root the root of the file system to look in.
 */
export async function nfsConfValues(section: string, key: string, root = '/'): Promise<NfsConfValue[]> {
  const names = await readdir(join(root, 'etc/nfs.conf.d')).catch(() => []);
  const dropIns = names.filter((name) => name.endsWith('.conf')).sort();
  const found: NfsConfValue[] = [];
  for (const file of ['/etc/nfs.conf', ...dropIns.map((name) => `/etc/nfs.conf.d/${name}`)]) {
    const text = await readFile(join(root, file), 'utf8').catch(() => '');
    for (const value of valuesIn(text, section, key)) found.push({ file, value });
  }
  return found;
}

/** The one that counts; null where nothing is said. */
export async function nfsConfValue(...where: Parameters<typeof nfsConfValues>): Promise<string | null> {
  return (await nfsConfValues(...where)).at(-1)?.value ?? null;
}

function valuesIn(text: string, section: string, key: string): string[] {
  let current = '';
  return text.split('\n').flatMap((line) => {
    current = /^\s*\[\s*([^\]\s"]+)[^\]]*\]/.exec(line)?.[1]?.toLowerCase() ?? current;
    const [, name, value] = /^\s*([\w-]+)\s*=\s*"?([^"#;]*?)"?\s*$/.exec(line) ?? [];
    return value && current === section && name?.toLowerCase() === key ? [value] : [];
  });
}

/** Does a value stand for no? (nfs-utils, support/nfs/conffile.c conf_get_bool()) */
export function isNo(value: string): boolean {
  return /^(0|f|false|n|no|off)$/i.test(value);
}
