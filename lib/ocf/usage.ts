import type { Agent } from './agent.ts';
import type { Parameters } from './parameter.ts';

/** What the agent prints when it is asked for `usage`, or for something that it does not know. */
export function usageText(agent: Agent<Parameters>): string {
  const actions = Object.entries(agent.actions).map(([name, action]) => [name, action.summary] as const);
  const rows = [...actions, ['meta-data', 'Prints the meta-data'], ['usage', 'Prints this text']] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return `usage: ${agent.name} ACTION

${agent.shortdesc}. Called by Pacemaker; parameters come in OCF_RESKEY_* variables.

${rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}
`;
}
