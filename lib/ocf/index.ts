export { type Action, type Agent, type Call, degraded, failed, notRunning, succeeded } from './agent.ts';
export { atLeastOne, command, directory, flag, listOf, numberFrom, oneOf, orNone } from './codecs.ts';
export { sealed } from './exit-code.ts';
export type { Parameter, Values } from './parameter.ts';
export { runAgent } from './run-agent.ts';
