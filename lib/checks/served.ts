import { lacking } from '../recover/readiness.ts';
import type { ServiceCheck } from './check.ts';

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
      const [first] = await missing(service);
      if (first === undefined) return { verdict: 'ok', evidence: 'NFS 3, NLM 4 and rpc.statd answer' };
      const cure = 'start the NFS server and rpc.statd, and let the cluster watch them';
      return { verdict: 'bad', evidence: `the service waits for ${first}`, cure };
    },
  };
}
