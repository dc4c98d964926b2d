import { SM_NAME_LIMIT } from '../nsm/sm-file.ts';

/** A client for which statd has called, as its lock manager named it, and as it named this node. */
export interface CalledClient {
  readonly monName: string;
  readonly myName: string;
}

/** What the statd callout asks. */
export interface CalloutRequest {
  /** Comes back with the answer, so that nobody takes one that is late for his own. */
  readonly ticket: string;
  /** Null: its name does not consist of the characters that the callout passes on, or cannot be that of a file. */
  readonly client: CalledClient | null;
}

/** No line of the callout is longer: a ticket, and two names of SM_MAXSTRLEN. */
export const CALLOUT_LINE_LIMIT = 2200;

const REQUEST =
  /^(\d{1,20}-\d{1,20}) add-client (?:\? \?|([A-Za-z0-9.:_%-]{1,1024}) ([A-Za-z0-9.:_%-]{1,1024}))$/;

/** Reads a line, without its newline, that agents/statd-callout has written. @returns null: it has not. */
export function parseCalloutRequest(line: string): CalloutRequest | null {
  const [, ticket, monName, myName] = REQUEST.exec(line) ?? [];
  if (ticket === undefined) return null;
  const fits = monName && myName && monName.length <= SM_NAME_LIMIT;
  return { ticket, client: fits ? { monName, myName } : null };
}

/** The line, with its newline, that agents/statd-callout waits for. */
export function formatCalloutAnswer(ticket: string): string {
  return `${ticket} durable\n`;
}
