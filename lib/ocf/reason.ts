import { Fault, sentenceOf } from '../fault.ts';
import { printable } from '../printable.ts';

/** Pacemaker cuts an exit reason here (services_linux.c, EXIT_REASON_MAX_LEN). */
const REASON_LIMIT = 128;
/** Of what a stranger wrote, so much that the rest of the reason still fits. */
const FOUND_LIMIT = 44;

/** One line of at most 128 printable characters that says what an error is about, and its cure where one is known. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Fault)) return printable(sentenceOf(error), REASON_LIMIT);
  const { found, wanted, cure } = error.facts;
  const facts = [
    ...(found === undefined ? [] : [`found ${printable(found, FOUND_LIMIT)}`]),
    ...(wanted === undefined ? [] : [`wanted ${wanted}`]),
  ];
  const what = printable(sentenceOf(error), Number.POSITIVE_INFINITY);
  const whole = [what, facts.join(', ')].filter((part) => part !== '').join(': ');
  return cut(cure === undefined ? whole : `${whole}; ${cure}`);
}

/** Any text as an exit reason: one line, cut. What is escaped already stays as it is. */
export function asReason(text: string): string {
  const parts = text.split('\\').map((part) => printable(part, Number.POSITIVE_INFINITY));
  return cut(parts.join('\\'));
}

function cut(text: string): string {
  return text.length <= REASON_LIMIT ? text : `${text.slice(0, REASON_LIMIT - 3)}...`;
}
