export type { Finding } from './finding.ts';
export { type CheckedNode, checkNode } from './node-checks.ts';
