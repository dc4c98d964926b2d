/** What kind of thing went wrong; the reporter of each front end decides what to do with it. */
export type FaultCode =
  /** A parameter, option or argument can never be right. */
  | 'bad-parameter'
  /** A program or library that is needed is not installed. */
  | 'not-installed'
  /** This node is set up in a way that cannot work; another node may be fine. */
  | 'bad-node'
  /** Bytes that a stranger wrote do not have the form they must have. */
  | 'malformed'
  /** A store or file belongs to somebody else, or is open to others. */
  | 'not-ours'
  /** Something did not answer in time. */
  | 'timed-out'
  /** The operating system or a peer refused. */
  | 'failed';

/** The facts about a fault; each front end prints those that are there. */
export interface FaultFacts {
  /** The file, command, parameter or peer that the fault is about. */
  readonly subject?: string;
  readonly found?: string;
  readonly wanted?: string;
  /** What the operator can do about it, as an imperative sentence part. */
  readonly cure?: string;
  readonly cause?: unknown;
}

/** An error that carries data: the sentence says what happened, the facts say to what and what was wanted. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly facts: FaultFacts;

  constructor(code: FaultCode, message: string, facts: FaultFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'Fault';
    this.code = code;
    this.facts = facts;
  }
}

/** The errno name (`ENOENT`, `EIO`, ...) of an error that came from the system, otherwise undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

/** One line that says what an error of any kind is about: message, and the first cause that adds something. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && !error.message.includes(cause.message)) {
    return `${error.message}: ${sentenceOf(cause)}`;
  }
  return error.message;
}
