import { spawn } from 'node:child_process';
import { SYSTEM_PATH } from './program.ts';

/** What Pacemaker's node attributes tell of a service, for `crm_mon -A` and for rules. */
export const ATTRIBUTES = ['clients', 'lag', 'recovery'] as const;

export function attributeName(service: string, what: (typeof ATTRIBUTES)[number]): string {
  return `lockferry-${service}-${what}`;
}

/**
 * Unsets the attributes of a service that leaves this node. Waits for nothing: where the cluster does not take it, or
 * there is none, that is nobody's trouble.
 */
export function withdrawAttributes(service: string, program = 'attrd_updater'): void {
  for (const what of ATTRIBUTES) {
    const words = ['--name', attributeName(service, what), '--delete'];
    // In a session of its own: it may outlive the agent's action, whose process group Pacemaker may kill.
    const env = { PATH: SYSTEM_PATH, LC_ALL: 'C' };
    const child = spawn(program, words, { detached: true, stdio: 'ignore', env });
    child.on('error', () => undefined);
    child.unref();
  }
}
