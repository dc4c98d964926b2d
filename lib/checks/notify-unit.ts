import { isSystemdBooted, NOTIFY_UNIT, notifyUnitState } from '../node/notify-unit.ts';
import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

export const notifyUnit: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'notify-unit',
  about: 'whether systemd runs sm-notify when the node boots',
  consequence:
    'Clients are told under a name that they do not know the service by, or outside grace, and forget their locks.',
  async look({ root }) {
    if (!(await isSystemdBooted(root))) return { verdict: 'ok', evidence: 'there is no systemd' };
    const state = await notifyUnitState(root);
    if (state === 'absent') return { verdict: 'ok', evidence: `there is no ${NOTIFY_UNIT}` };
    if (state === 'masked') return { verdict: 'ok', evidence: `${NOTIFY_UNIT} is masked` };
    const evidence = `${NOTIFY_UNIT} tells this node's clients under its own name when it boots`;
    return { verdict: 'warning', evidence, cure: `lockferry setup --yes, or systemctl mask ${NOTIFY_UNIT}` };
  },
};
