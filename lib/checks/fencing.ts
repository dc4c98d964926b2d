import type { ClusterCheck } from './check.ts';

/** Pacemaker's words for no (crm_is_true(), lib/common/utils.c). */
const NO = new Set(['false', 'off', 'no', 'n', '0']);

/** Properties of Pacemaker 2 and of 3, which renamed them. */
const ENABLED = ['stonith-enabled', 'fencing-enabled'];
const WATCHDOG = ['stonith-watchdog-timeout', 'fencing-watchdog-timeout'];

export const fencing: ClusterCheck = {
  of: 'cluster',
  code: 'fencing',
  about: 'whether the cluster fences',
  consequence: 'A node that is taken for dead goes on serving, and two clients hold the same lock.',
  async look({ properties, primitives }) {
    const off = ENABLED.find((name) => NO.has((properties[name] ?? '').toLowerCase()));
    const cure = 'configure a fence device for each node, and set stonith-enabled=true';
    if (off !== undefined) return { verdict: 'bad', evidence: `${off}=${properties[off]}`, cure };
    const devices = primitives.filter(
      ({ agent, meta }) => agent.startsWith('stonith:') && meta['target-role'] !== 'Stopped',
    );
    if (devices.length > 0) return { verdict: 'ok', evidence: devices.map(({ id }) => id).join(', ') };
    const watchdog = WATCHDOG.find((name) => !/^0*(s|sec|ms)?$/.test(properties[name] ?? ''));
    if (watchdog !== undefined) return { verdict: 'ok', evidence: `${watchdog}=${properties[watchdog]}` };
    return { verdict: 'bad', evidence: 'fencing is enabled, and there is no fence device', cure };
  },
};
