import { sentenceOf } from '../fault.ts';
import { printableSentence } from '../printable.ts';

/** Pacemaker cuts an exit reason here (services_linux.c, EXIT_REASON_MAX_LEN). */
const REASON_LIMIT = 128;
/** Of what a stranger wrote, so much that the rest of the reason still fits. */
const FOUND_LIMIT = 44;

/** One line of at most 128 printable characters that says what an error is about, and its cure where one is known. */
export function reasonOf(error: unknown): string {
  return asReason(sentenceOf(error, FOUND_LIMIT));
}

/** Any text as an exit reason: one line, cut. What is escaped already stays as it is. */
export function asReason(text: string): string {
  return printableSentence(text, REASON_LIMIT);
}
