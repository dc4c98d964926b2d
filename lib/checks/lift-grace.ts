import { isNo, nfsConfValue } from '../node/nfs-conf.ts';
import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

export const liftGrace: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'lift-grace',
  about: 'whether sm-notify may end the grace period',
  consequence: 'Grace ends before the clients have reclaimed their locks, and others get them.',
  async look({ root }, { lockManager }) {
    if (lockManager === 'ganesha') return { verdict: 'ok', evidence: 'NFS-Ganesha is asked for' };
    const value = await nfsConfValue('sm-notify', 'lift-grace', root);
    if (value !== null && isNo(value)) return { verdict: 'ok', evidence: `lift-grace=${value}` };
    const evidence = 'an sm-notify that finds no clients ends the grace period of all services';
    return {
      verdict: 'warning',
      evidence,
      cure: 'lockferry setup --yes, or set lift-grace=n in [sm-notify] of nfs.conf',
    };
  },
};
