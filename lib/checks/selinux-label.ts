import { join } from 'node:path';
import { readOptional } from '../node/optional-file.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { printable } from '../printable.ts';
import type { NodeCheck } from './check.ts';

/** The type that the policies of Red Hat and Debian have rpc.statd write to (policy/modules/services/rpc.fc). */
const WANTED = 'var_lib_nfs_t';
const WITHIN = 5_000;

export const selinuxLabel: NodeCheck = {
  of: 'node',
  code: 'selinux-label',
  about: "the SELinux label of statd's directory",
  consequence: 'SELinux keeps rpc.statd from writing down who has locks, and no client gets one.',
  async look({ root, run }, { statdDir }) {
    const enforcing = await readOptional(join(root, 'sys/fs/selinux/enforce'));
    if (enforcing?.trim() !== '1') return { verdict: 'ok', evidence: 'SELinux does not enforce anything' };
    const sm = join(await findStatdDirectory(statdDir, root), 'sm');
    const { stdout } = await run(['stat', '--format=%C', join(root, sm)], WITHIN);
    const label = stdout.trim();
    const evidence = `${sm} is labelled ${printable(label) || 'nothing'}`;
    if (label.split(':')[2] === WANTED) return { verdict: 'ok', evidence };
    return { verdict: 'bad', evidence, cure: `restorecon -R ${sm}, or semanage fcontext for another place` };
  },
};
