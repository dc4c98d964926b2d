/** An answer that is older than this is not given again, milliseconds. */
const GOOD_FOR = 1000;

/**
 * Whether what is durable is so in a store that is still ours: whoever claims it later reads that. Once somebody has
 * asked, the storage is asked after each commit, so that the answer is there by the time that somebody asks again.
 */
export class Ownership {
  readonly #isOwner: () => Promise<boolean>;
  #wanted = false;
  /** The last answer, and performance.now() when it was asked for. */
  #last: { readonly answer: Promise<boolean>; readonly at: number } | null = null;

  /** @param isOwner asks the storage; may reject. */
  constructor(isOwner: () => Promise<boolean>) {
    this.#isOwner = isOwner;
  }

  /** Something has become durable: what was said before says nothing of it. */
  committed(): void {
    this.#last = null;
    if (this.#wanted) this.#ask();
  }

  /** Of everything that is durable by now. Rejects where the storage does not say. */
  confirmed(): Promise<boolean> {
    this.#wanted = true;
    const { answer, at } = this.#last ?? this.#ask();
    return performance.now() - at < GOOD_FOR ? answer : this.#ask().answer;
  }

  #ask(): { readonly answer: Promise<boolean>; readonly at: number } {
    const asked = { answer: this.#isOwner(), at: performance.now() };
    this.#last = asked;
    // Nobody may be waiting for it; and who comes next asks anew.
    asked.answer.catch(() => {
      if (this.#last === asked) this.#last = null;
    });
    return asked;
  }
}
