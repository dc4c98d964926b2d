import { answersHere, NSM1 } from '../rpc/index.ts';

/** Milliseconds that rpc.statd gets: twice what its callout may keep it waiting. */
const WITHIN = 1000;

/**
 * Whether rpc.statd answers now: it serves one call after the other, and nobody while it waits for DNS or its callout
 * (nfs-utils, utils/statd/svc_run.c). @param ask whom; this node where it is left out.
 */
export async function statdAnswers(ask = answersHere): Promise<boolean> {
  try {
    return await ask(NSM1, 'udp', { timeout: WITHIN });
  } catch {
    return false;
  }
}
