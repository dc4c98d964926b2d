/**
 * Exit codes of the OCF Resource Agent API 1.1, as far as Lockferry's agents answer with them, named for what
 * Pacemaker makes of each (its unpack.c): 2 and 5 ban the resource from the node, 6 from the whole cluster.
 */
export const ExitCode = {
  success: 0,
  /** OCF_ERR_GENERIC: may pass; restart or move. */
  error: 1,
  /** OCF_ERR_ARGS: this node is set up in a way that cannot work. */
  badNode: 2,
  /** OCF_ERR_UNIMPLEMENTED: no such action. */
  unimplemented: 3,
  /** OCF_ERR_INSTALLED: a program is missing on this node. */
  notInstalled: 5,
  /** OCF_ERR_CONFIGURED: a parameter can be right on no node. */
  misconfigured: 6,
  /** OCF_NOT_RUNNING: safely stopped. */
  notRunning: 7,
  /** OCF_DEGRADED: running, and something needs attention. */
  degraded: 190,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * The code with which a bundle leaves, so that the launcher can tell an answer from a crash: Node.js itself ends
 * with 1, 7, 9, 13, 14 or 134 in its own troubles, which OCF would read as answers. 64 more is free of all of them.
 */
export function sealed(code: ExitCode): number {
  return code + 64;
}
