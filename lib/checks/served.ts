import { lacking } from '../recover/readiness.ts';
import type { ServiceCheck } from './check.ts';

/** On a busy node a daemon is slow to answer for once, not least as all is looked at together. */
const TRIES = 3;

export const served = servedBy(lacking);

/** @param missing what a reclaim needs and does not find */
export function servedBy(missing: typeof lacking): ServiceCheck {
  return {
    of: 'service',
    code: 'served',
    about: 'NFS, NLM, rpc.statd and the exports, as clients need them to reclaim',
    consequence: 'Clients are not told before this is there, and when grace has ended meanwhile, not at all.',
    async look({ localAddresses }, service) {
      const here = service.addresses.some((address) => localAddresses().has(address));
      if (!here) return { verdict: 'ok', evidence: 'its addresses are not on this node now' };
      let first: string | undefined;
      for (let tries = 0; tries < TRIES; tries += 1) {
        [first] = await missing(service);
        if (first === undefined) return { verdict: 'ok', evidence: 'NFS 3 and NLM 4 answer' };
      }
      const cure = 'start the NFS server, and let the cluster watch it';
      return { verdict: 'bad', evidence: `the service waits for ${first}`, cure };
    },
  };
}
