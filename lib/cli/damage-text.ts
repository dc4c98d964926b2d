import type { Damage } from '../store/index.ts';

/** `epoch-00000007.0001.journal, line 3: checksum does not match` */
export function damageText({ file, line, reason }: Damage): string {
  return line === null ? `${file}: ${reason}` : `${file}, line ${line}: ${reason}`;
}
