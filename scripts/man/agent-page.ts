import type { Agent } from '../../lib/ocf/agent.ts';
import type { Parameter, Parameters } from '../../lib/ocf/parameter.ts';
import { roff, titleLine } from './roff.ts';

/** The manual page of an OCF agent, `ocf_PROVIDER_AGENT(7)` as ClusterLabs names its own; a function of the agent. */
export function agentPage(agent: Agent<Parameters>, provider: string): string {
  const { name, shortdesc, longdesc, parameters, actions, version } = agent;
  const page = `ocf_${provider}_${name}`;
  return [
    titleLine(page.toUpperCase(), 7, version),
    `.SH NAME\n${roff(page)} \\- ${roff(shortdesc)}\n`,
    `.SH SYNOPSIS\n.B ${roff(name)}\n[${Object.keys(actions).map(roff).join(' | ')} | meta\\-data | usage]\n`,
    `.SH DESCRIPTION\n${paragraphs(longdesc)}\n`,
    `.SH PARAMETERS\n${Object.entries(parameters).map(parameterText).join('')}`,
    `.SH ACTIONS\n${Object.entries(actions)
      .map(([action, { summary, timeout, interval }]) => {
        const often = interval === undefined ? '' : `, interval ${interval} s`;
        return `.TP\n.B ${roff(action)}\n${roff(summary)}. Advised time\\-out ${timeout} s${often}.\n`;
      })
      .join('')}`,
    `.SH SEE ALSO\n.BR lockferry (8),\n.BR rpc.statd (8),\n.BR sm\\-notify (8)\n`,
  ].join('');
}

function parameterText([name, parameter]: [string, Parameter<unknown>]): string {
  const { type, longdesc, wanted, default: value } = parameter;
  const fallback = value === null ? 'required' : value === '' ? 'default: empty' : `default: ${value}`;
  return `.TP\n.B ${roff(name)}\n${paragraphs(longdesc)}\n.br\n(${roff(`${type}, ${fallback}; wanted: ${wanted}`)})\n`;
}

function paragraphs(text: string): string {
  return text.split('\n\n').map(roff).join('\n.PP\n');
}
