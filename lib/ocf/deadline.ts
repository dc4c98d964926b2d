/**
 * When an action must have its answer, in milliseconds since the epoch. Pacemaker counts the time-out from before
 * the launcher runs, and kills the whole process group when it is over, so that nobody learns why; a tenth, at
 * most 2 s, is kept for starting the interpreter and for saying what took so long.
 * @param timeout milliseconds
 */
export function deadlineOf(startedAt: number, timeout: number): number {
  return startedAt + timeout - Math.min(2000, timeout / 10);
}
