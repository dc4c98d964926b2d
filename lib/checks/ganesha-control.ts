import { findProgram } from '../node/program.ts';
import type { ServiceCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

export const ganeshaControl: ServiceCheck<CheckedNode> = {
  of: 'service',
  code: 'ganesha-control',
  about: 'the program that speaks to NFS-Ganesha',
  consequence: 'No grace period can be opened after a failover, and clients are not told.',
  async look({ path }, { lockManager }) {
    if (lockManager !== 'ganesha') return { verdict: 'ok', evidence: 'NFS-Ganesha is not asked for' };
    const program = await findProgram('dbus-send', path);
    if (program !== null) return { verdict: 'ok', evidence: program };
    const evidence = 'dbus-send is not installed, and lock_manager=ganesha needs it';
    return { verdict: 'bad', fault: 'not-installed', evidence, cure: 'install dbus' };
  },
};
