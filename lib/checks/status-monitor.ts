import { evidenceOf, Fault } from '../fault.ts';
import type { NodeCheck } from './check.ts';

/** A client waits for its first lock as long as this takes, milliseconds; all clients, in a recovery, one after another. */
const SLOW = 3_000;

export const statusMonitor: NodeCheck = {
  of: 'node',
  code: 'status-monitor',
  about: 'whether rpc.statd monitors a client',
  consequence: 'No client gets its first lock, and none can reclaim one.',
  async look({ roundTrip }) {
    try {
      const { client, took } = await roundTrip();
      const evidence = `rpc.statd took ${client}, and gave it back, in ${Math.round(took)} ms`;
      if (took < SLOW) return { verdict: 'ok', evidence };
      return { verdict: 'warning', evidence, cure: 'see what takes its time: DNS, the callout, the disk' };
    } catch (error) {
      const cure =
        (error instanceof Fault ? error.facts.cure : undefined) ??
        'start rpcbind and rpc-statd, on every node';
      return { verdict: 'bad', evidence: evidenceOf(error), cure };
    }
  },
};
