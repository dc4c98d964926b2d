import { Fifo } from '../../fifo.ts';

/** A question that was sent and may be answered. */
export interface Question {
  sentAt: number;
  /** How often it was sent. */
  sends: number;
  /** Whether it holds a place in the window. */
  held: boolean;
}

/** Bounds of how long an unanswered question holds its place, milliseconds. */
const SHORTEST_HOLD = 5;
const LONGEST_HOLD = 60;
/** The same, until somebody has answered: the dead may be first in line. */
const FIRST_HOLD = 3;

/**
 * How many questions may be out at the same time, so that the answers fit into the socket's receive buffer.
 * The answer frees a question's place; where none comes, the place is freed after a few times what others took to
 * answer, so that dead clients do not hold live ones back.
 */
export class Window {
  readonly #limit: number;
  readonly #out = new Fifo<{ readonly question: Question; readonly sentAt: number }>();
  #held = 0;
  #hold = FIRST_HOLD;
  #roundTrip = 0;

  /** @param limit how many places there are. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether one more may be sent now. */
  hasRoom(now: number): boolean {
    if (this.#held < this.#limit) return true;
    this.#expire(now);
    return this.#held < this.#limit;
  }

  sent(question: Question, now: number): void {
    this.#release(question);
    question.sentAt = now;
    question.sends += 1;
    question.held = true;
    this.#held += 1;
    this.#out.push({ question, sentAt: now });
  }

  answered(question: Question, now: number): void {
    this.#release(question);
    // Which of several sendings was answered, nobody knows (Karn's rule).
    if (question.sends > 1) return;
    const sample = now - question.sentAt;
    this.#roundTrip = this.#roundTrip === 0 ? sample : this.#roundTrip * 0.875 + sample * 0.125;
    this.#hold = Math.min(LONGEST_HOLD, Math.max(SHORTEST_HOLD, this.#roundTrip * 4));
  }

  /** Frees the place of a question that nothing is expected for. */
  #release(question: Question): void {
    if (!question.held) return;
    question.held = false;
    this.#held -= 1;
  }

  /** Milliseconds until the oldest place is freed at the latest. */
  waits(now: number): number {
    this.#skip();
    const oldest = this.#out.peek();
    return oldest ? Math.max(0, oldest.sentAt + this.#hold - now) : 0;
  }

  #expire(now: number): void {
    for (this.#skip(); ; this.#skip()) {
      const oldest = this.#out.peek();
      if (!oldest || oldest.sentAt + this.#hold > now) return;
      this.#release(oldest.question);
    }
  }

  /** Entries of questions that hold no place any more, or were sent again later, mean nothing. */
  #skip(): void {
    for (;;) {
      const oldest = this.#out.peek();
      if (!oldest || (oldest.question.held && oldest.question.sentAt === oldest.sentAt)) return;
      this.#out.shift();
    }
  }
}
