/** Where a command writes, and how wide it may. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  write(text: string): unknown;
  /** Whether a person looks at it, so that a line can be written anew. */
  readonly isTTY?: boolean | undefined;
}

/** Columns of everything that is printed for people. */
export const WIDTH = 80;
