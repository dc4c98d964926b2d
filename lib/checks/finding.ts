import type { FaultCode } from '../fault.ts';

/** From the best to the worst. */
export const VERDICTS = ['ok', 'unknown', 'warning', 'bad'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a check saw. `evidence` is one line, and what it quotes of strangers is printable already. */
export type Found =
  | { readonly verdict: 'ok'; readonly evidence: string }
  /** It could not be looked at. */
  | { readonly verdict: 'unknown'; readonly evidence: string; readonly cure?: string }
  /** Works, and can cost locks one day. */
  | { readonly verdict: 'warning'; readonly evidence: string; readonly cure: string }
  /** Costs locks at the next failover; where there is a `fault`, the service cannot work on this node at all. */
  | {
      readonly verdict: 'bad';
      readonly evidence: string;
      readonly cure: string;
      readonly fault?: FaultCode;
    };

/** The same, and which check it was. */
export type Finding = Found & {
  /** Names the check; stable, for scripts. */
  readonly code: string;
};
