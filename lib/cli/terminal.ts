/** Where a command writes, and how wide it may. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  write(text: string): unknown;
  /** Whether a person looks at it, so that a line can be written anew. */
  readonly isTTY?: boolean | undefined;
  /** How large the terminal is at this moment. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** Called when nobody reads any more. */
  once?(event: 'error', listener: () => void): unknown;
}

/** Where a program reads the result, nobody wants to know how far it is. */
export const NOBODY: Output = { write: () => undefined };

/** Columns of everything that is printed for people. */
export const WIDTH = 80;
