import { lockdMounts } from '../node/lockd-users.ts';
import { printable } from '../printable.ts';
import type { NodeCheck } from './check.ts';

export const nfsMounts: NodeCheck = {
  of: 'node',
  code: 'nfs-mounts',
  about: 'NFSv3 mounts on this node itself',
  consequence: 'They keep lockd running, so that a grace period cannot always be opened here.',
  async look({ root }, { lockManager }) {
    const mounts = await lockdMounts(root);
    const [first] = mounts;
    if (first === undefined) return { verdict: 'ok', evidence: 'none takes part in locking' };
    const evidence = `${printable(first.source)} on ${printable(first.directory)}${mounts.length > 1 ? `, and ${mounts.length - 1} more` : ''}`;
    if (lockManager === 'ganesha')
      return { verdict: 'ok', evidence: `NFS-Ganesha does not mind ${evidence}` };
    return { verdict: 'warning', evidence, cure: 'mount them with nolock, by NFSv4, or elsewhere' };
  },
};
