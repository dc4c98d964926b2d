import { ExitCode } from './exit-code.ts';
import type { Log } from './log.ts';
import type { Parameters, Values } from './parameter.ts';

/** The answer of an action. */
export interface Outcome {
  readonly code: ExitCode;
  /** Cause and cure, for people; null where the code says it all. */
  readonly reason: string | null;
}

/** One call of an action, as the caller made it. */
export interface Call<P extends Parameters> {
  /** The resource instance; null where the caller names none. */
  readonly instance: string | null;
  /** The parameters, typed. @throws Fault `bad-parameter`; only what needs them asks for them. */
  values(): Values<P>;
  /** The same by name as the caller gives them; '' where that is nothing. */
  given(): Readonly<Record<string, string>>;
  /** True for a monitor that asks whether the resource runs here at all. */
  readonly probe: boolean;
  /** The cluster's name of the node to which the resource migrates; null where the caller names none. */
  readonly migrateTarget: string | null;
  /** How deep to look: 0 is the least. */
  readonly checkLevel: number;
  /** When the answer must be there: milliseconds since the epoch. */
  readonly deadline: number;
  readonly log: Log;
}

/** What an agent can be asked to do. */
export interface Action<P extends Parameters> {
  /** Advised time-out in seconds. */
  readonly timeout: number;
  /** Advised interval in seconds, of a recurring action. */
  readonly interval?: number;
  /** The check levels that mean something to this action. */
  readonly depths?: readonly number[];
  /** One line for the usage text. */
  readonly summary: string;
  /** @throws Fault and any other error: the caller is told by exit code and reason. */
  run(call: Call<P>): Outcome | Promise<Outcome>;
}

/** An OCF resource agent as a value; meta-data and usage are functions of it. */
export interface Agent<P extends Parameters> {
  readonly name: string;
  /** The agent's own version. */
  readonly version: string;
  readonly shortdesc: string;
  readonly longdesc: string;
  readonly parameters: P;
  /** By name. `meta-data`, `usage` and the alias `status` come by themselves. */
  readonly actions: Readonly<Record<string, Action<P>>>;
}

export const succeeded: Outcome = { code: ExitCode.success, reason: null };
export const notRunning: Outcome = { code: ExitCode.notRunning, reason: null };

/** Running, and something needs attention. */
export function degraded(reason: string | null): Outcome {
  return { code: ExitCode.degraded, reason };
}

/** Something that may pass. */
export function failed(reason: string | null): Outcome {
  return { code: ExitCode.error, reason };
}
