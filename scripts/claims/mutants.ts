/** A module with one function that does nothing. */
export interface Mutant {
  /** Line of the function, counted from 1, and its first line. */
  readonly line: number;
  readonly head: string;
  readonly code: string;
}

/** Where a function that others can call begins, in tsc's output: exported, or a method that is not private. */
const EXPORTED = /^export (?:async )?function\*? \w+\(/;
const METHOD =
  /^ {4}(?:static )?(?:async )?(?:get )?(?!constructor|if|for|while|switch|catch|return)\w+\(.*\) \{$/;

/**
 * All modules that differ from this one in one function, which returns at once. Text is enough: tsc writes each
 * function's head in lines of their own, the last of which ends with the brace.
 */
export function mutantsOf(code: string): Mutant[] {
  const lines = code.split('\n');
  return lines.flatMap((head, index) => {
    if (!EXPORTED.test(head) && !METHOD.test(head)) return [];
    const body = lines.findIndex((line, at) => at >= index && line.endsWith('{'));
    const changed = [...lines.slice(0, body + 1), 'return undefined;', ...lines.slice(body + 1)];
    return [{ line: index + 1, head: head.trim(), code: changed.join('\n') }];
  });
}
