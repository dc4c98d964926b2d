/** Tells what happens, one line each, with the seconds since the story began. */
export class Narrator {
  #began: number | undefined;

  /** A line without a time: what the reader must know. */
  say(text: string): void {
    console.log(text);
  }

  /** Something that happened `at` that moment (milliseconds of the clock); the first one is second 0.0. */
  tell(text: string, at = Date.now()): void {
    this.#began ??= at;
    console.log(`${((at - this.#began) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  }
}

/** A demonstration went otherwise than it must. */
export class WentWrong extends Error {}

/** Ends the story unless the lock manager's answer is the one that must come. */
export function expectAnswer(who: string, answer: string, wanted: string): void {
  if (answer !== wanted) throw new WentWrong(`${who} was answered ${answer}; it must be ${wanted}`);
}
