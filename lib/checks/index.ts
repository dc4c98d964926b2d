/* What an action of the agent needs. What only `lockferry doctor` needs is slow to load, and not here. */
export type { CheckedNode } from './examined-node.ts';
export { type Finding, VERDICTS, type Verdict } from './finding.ts';
export { checkNode } from './node-checks.ts';
