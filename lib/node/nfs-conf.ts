import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What nfs.conf(5) and its drop-ins say for one key of one section; the last one counts. Null: nothing, or nothing that
 * can be read. @param root the root of the file system to look in.
 */
export async function nfsConfValue(section: string, key: string, root = '/'): Promise<string | null> {
  const dropIns = join(root, 'etc/nfs.conf.d');
  const names = await readdir(dropIns).catch(() => []);
  const files = names.filter((name) => name.endsWith('.conf')).sort();
  let value: string | null = null;
  for (const file of [join(root, 'etc/nfs.conf'), ...files.map((name) => join(dropIns, name))]) {
    value = valueIn(await readFile(file, 'utf8').catch(() => ''), section, key) ?? value;
  }
  return value;
}

/** Does a value stand for no? (nfs-utils, support/nfs/conffile.c conf_get_bool()) */
export function isNo(value: string): boolean {
  return /^(0|f|false|n|no|off)$/i.test(value);
}

function valueIn(text: string, wantedSection: string, wantedKey: string): string | null {
  let section = '';
  let found: string | null = null;
  for (const line of text.split('\n')) {
    section = /^\s*\[\s*([^\]\s"]+)[^\]]*\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const [, key = '', value = ''] = /^\s*([\w-]+)\s*=\s*"?([^"#;]*?)"?\s*$/.exec(line) ?? [];
    if (section === wantedSection && key.toLowerCase() === wantedKey && value !== '') found = value;
  }
  return found;
}
