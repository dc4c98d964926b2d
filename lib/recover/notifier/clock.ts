/** Time, as the notifier uses it; tests make it run faster. */
export interface Clock {
  /** Milliseconds since some moment, never going back. */
  now(): number;
  /** Calls once, after so many milliseconds (0: in the event loop's next turn); returns what takes that back. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, call) {
    if (milliseconds <= 0) {
      const immediate = setImmediate(call);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
