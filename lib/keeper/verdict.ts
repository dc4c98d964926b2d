import * as z from 'zod/mini';

/** The keeper's answer to the recurring monitor. */
export const verdictSchema = z.object({
  /** `degraded`: the service works and locks are at risk. `failed`: this node must not go on with the service. */
  state: z.enum(['ok', 'degraded', 'failed']),
  /** One line that names cause and cure; null where all is well. */
  reason: z.nullable(z.string()),
});

export type Verdict = z.infer<typeof verdictSchema>;
