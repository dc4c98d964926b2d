import { printable } from './printable.ts';

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

/** The facts about a fault; sentenceOf() says those that are there to people. */
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

/** Of what a stranger wrote, no more characters than these. */
const FOUND_LIMIT = 200;

/** The errno name (`ENOENT`, `EIO`, ...) of an error that came from the system, otherwise undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

/**
 * One sentence that says to people what an error of any kind is about, and its cure where one is known. The cure comes
 * before what was found: who has little room, cuts off the end.
 * @param limit characters of what was found.
 */
export function sentenceOf(error: unknown, limit = FOUND_LIMIT): string {
  if (!(error instanceof Fault && error.facts.cure !== undefined)) return evidenceOf(error, limit);
  const what = whatOf(error);
  const facts = factsOf(error, what, limit);
  return `${what}; ${error.facts.cure}${facts === '' ? '' : ` (${facts})`}`;
}

/** The same without the cure, for whoever shows it beside. */
export function evidenceOf(error: unknown, limit = FOUND_LIMIT): string {
  const what = whatOf(error);
  const facts = factsOf(error, what, limit);
  return facts === '' ? what : `${what}: ${facts}`;
}

/** Message, and the first cause that adds something. */
function whatOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && !error.message.includes(cause.message)) {
    return `${error.message}: ${evidenceOf(cause)}`;
  }
  return error.message;
}

/** What was found and what is wanted, where that adds something. */
function factsOf(error: unknown, what: string, limit: number): string {
  if (!(error instanceof Fault)) return '';
  const { found = '', wanted = '' } = error.facts;
  const shown = printable(found, limit);
  return [what.includes(shown) ? '' : `found ${shown}`, what.includes(wanted) ? '' : `wanted ${wanted}`]
    .filter((fact) => fact !== '')
    .join(', ');
}
