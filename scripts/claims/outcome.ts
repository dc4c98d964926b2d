/** What a line of TAP says came of a test. */
export interface Outcome {
  readonly title: string;
  readonly passed: boolean;
}

/** A subtest has its time, or a brace, behind its title; one that was skipped has the reason, and so is none that is named. */
const LINE = /^ *(not )?ok \d+ - (.*?)(?: # time=.*| \{)?$/;

/** @returns null: the line says something else */
export function outcomeOf(line: string): Outcome | null {
  const [, bad, title] = LINE.exec(line) ?? [];
  return title === undefined ? null : { title: title.replaceAll('\\#', '#'), passed: bad === undefined };
}

/** The titles that passed in what tap printed, at any depth; a title that failed anywhere is not among them. */
export function passedIn(text: string): Set<string> {
  const outcomes = text.split('\n').flatMap((line) => outcomeOf(line) ?? []);
  const failed = new Set(outcomes.filter(({ passed }) => !passed).map(({ title }) => title));
  return new Set(outcomes.map(({ title }) => title).filter((title) => !failed.has(title)));
}
