import type { FaultCode } from '../fault.ts';

/** What a check of this node found. */
export type Finding = {
  /** Names the check; stable, for scripts. */
  readonly code: string;
  /** What was seen, one line. */
  readonly evidence: string;
} & (
  | { readonly verdict: 'ok' }
  /** Works, and can cost locks one day. */
  | { readonly verdict: 'warning'; readonly cure: string }
  /** Cannot work on this node; `fault` says in which way. */
  | { readonly verdict: 'failure'; readonly fault: FaultCode; readonly cure: string }
);
