import { nfsConfValue } from '../node/nfs-conf.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { printable } from '../printable.ts';
import type { NodeCheck } from './check.ts';
import { optionOf, statdWords } from './statd-process.ts';

export const statdPath: NodeCheck = {
  of: 'node',
  code: 'statd-path',
  about: 'the directory that rpc.statd writes, against the one that is captured',
  consequence: 'Nothing of what rpc.statd writes is captured, and all locks are lost at a failover.',
  async look({ root }, { statdDir }) {
    const words = (await statdWords(root)) ?? [];
    const captured = await findStatdDirectory(statdDir, root);
    const configured = await nfsConfValue('statd', 'state-directory-path', root);
    const written = optionOf(words, 'P', 'state-directory-path') ?? configured;
    if (written === null || same(written, captured)) return { verdict: 'ok', evidence: captured };
    const evidence = `rpc.statd works in ${printable(written)}, and ${printable(captured)} is captured`;
    return { verdict: 'bad', evidence, cure: `set statd_dir=${printable(written)}` };
  },
};

function same(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
