import { nfsConfValue } from '../node/nfs-conf.ts';
import { printable } from '../printable.ts';
import type { NodeCheck } from './check.ts';

export const callout: NodeCheck = {
  of: 'node',
  code: 'callout',
  about: 'whether rpc.statd waits until a client is recorded',
  consequence: 'A node that dies takes the records of its newest clients with it.',
  async look({ root, roundTrip }) {
    const { client, called } = await roundTrip();
    if (called) return { verdict: 'ok', evidence: `rpc.statd ran the callout for ${client}` };
    const configured = await nfsConfValue('statd', 'ha-callout', root);
    if (configured === null) {
      return {
        verdict: 'warning',
        evidence: 'it is not set up',
        cure: 'lockferry setup --yes, and restart rpc-statd',
      };
    }
    return {
      verdict: 'warning',
      evidence: `nfs.conf names ${printable(configured)}, and rpc.statd did not run it`,
      cure: 'restart rpc-statd; see "lockferry setup callout"',
    };
  },
};
