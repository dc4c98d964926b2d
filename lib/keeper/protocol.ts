import * as z from 'zod/mini';
import { recoverySummarySchema } from './recovery-summary.ts';
import { verdictSchema } from './verdict.ts';

/**
 * What is said over a keeper's Unix socket: one JSON object and a newline each way, then the connection ends. The
 * socket lies in a directory of root's alone; nobody else can speak to a keeper.
 */
export const requestSchema = z.union([
  z.object({
    /**
     * `report`: what the keeper knows, at once. `monitor`: the same after a capture, where captures are the recurring
     * monitor's. `stop`: a last capture, release, and the end of the keeper. `replace`: the end of the keeper, and
     * no more than that: another one goes on in its place.
     */
    op: z.enum(['report', 'monitor', 'stop', 'replace']),
  }),
  /** Another node is about to claim the service; `to` is the cluster's name of it. */
  z.object({ op: z.literal('hand-over'), to: z.string() }),
]);

export type Request = z.infer<typeof requestSchema>;

/** Numbers of clients by ledger state; see the store's Phase. */
export const clientCountsSchema = z.object({
  recorded: z.number(),
  conveyed: z.number(),
  answered: z.number(),
  told: z.number(),
  present: z.number(),
  back: z.number(),
  missed: z.number(),
});

export type ClientCounts = z.infer<typeof clientCountsSchema>;

export const reportSchema = z.object({
  version: z.string(),
  pid: z.number(),
  service: z.string(),
  sharedDir: z.string(),
  /**
   * `adopting`: start is not done. `recovering`: former clients are being told. `settling`: they are back, and grace is
   * about to be ended. `capturing`: nothing is open.
   */
  phase: z.enum(['adopting', 'recovering', 'settling', 'capturing', 'stopping', 'failed']),
  verdict: verdictSchema,
  /** Why adoption failed, as a Fault's code; null while it did not. */
  faultCode: z.nullable(z.string()),
  /** Null until an epoch is ours. */
  owner: z.nullable(z.object({ node: z.string(), epoch: z.number(), since: z.number() })),
  /** The lock manager that runs here, as far as the keeper has seen; absent where it is of an older version. */
  lockManager: z.optional(z.nullable(z.string())),
  stateNumber: z.nullable(z.number()),
  /** The node to which the owner before us handed the service over; null: it did not. */
  handedOverTo: z.nullable(z.string()),
  clients: clientCountsSchema,
  /** Milliseconds that the oldest change has waited to become durable; 0: everything is. */
  lag: z.number(),
  /** Clients whose newest records are not durable. */
  unprotected: z._default(z.number(), 0),
  /** Null: nobody had to be told in this epoch. A keeper of an older version does not say. */
  lastRecovery: z._default(z.nullable(recoverySummarySchema), null),
  /** What the recovery waits for, empty once clients are being told. */
  waitingFor: z.array(z.string()),
  /** Things set aside: malformed lines, files that are no monitor records, damage in the store. */
  problems: z.array(z.string()),
});

export type Report = z.infer<typeof reportSchema>;

/** The answer to `monitor`: a report without what takes the longer to say the more clients there are. */
export const answerSchema = z.omit(reportSchema, { clients: true, lastRecovery: true });

export type Answer = z.infer<typeof answerSchema>;

/** What is answered instead of a report where a request could not be done. */
export const refusalSchema = z.object({ error: z.string() });
