import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

/** Sources of the unit in systemd's order; what is linked to /dev/null is masked (systemd.unit(5)). */
const UNIT_DIRECTORIES = [
  'etc/systemd/system',
  'run/systemd/system',
  'usr/lib/systemd/system',
  'lib/systemd/system',
];
const UNIT = 'rpc-statd-notify.service';

/** rpc-statd.service wants it: it runs at every start of statd that systemd makes. */
export const notifyUnit: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'notify-unit',
  about: 'whether systemd runs sm-notify when the node boots',
  consequence:
    'Clients are told under a name that they do not know the service by, or outside grace, and forget their locks.',
  async look({ root }) {
    if (!(await exists(join(root, 'run/systemd/system')))) {
      return { verdict: 'ok', evidence: 'there is no systemd' };
    }
    for (const directory of UNIT_DIRECTORIES) {
      const path = join(root, directory, UNIT);
      if ((await readlink(path).catch(() => '')) === '/dev/null') {
        return { verdict: 'ok', evidence: `${UNIT} is masked` };
      }
      if (await exists(path)) {
        const evidence = `${UNIT} tells this node's clients under its own name when it boots`;
        return { verdict: 'warning', evidence, cure: `systemctl mask ${UNIT}` };
      }
    }
    return { verdict: 'ok', evidence: `there is no ${UNIT}` };
  },
};

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
