import type { Action, Agent } from './agent.ts';
import type { Parameter, Parameters } from './parameter.ts';

/**
 * An agent's meta-data by OCF 1.1 (ra-api.rng). The internal DTD subset makes the same text valid for ra-api-1.dtd,
 * which is all that ocf-tester knows: the first declaration of an attribute binds, so it adds what the DTD lacks.
 * No `encoding=` in the XML declaration: crmsh hands the text to its parser as a string, which then refuses it.
 */
export function metadataXml(agent: Agent<Parameters>): string {
  return `<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd" [
<!ATTLIST parameter unique-group CDATA #IMPLIED reloadable (1|0) #IMPLIED>
<!ATTLIST action name CDATA #REQUIRED>
]>
<resource-agent name="${escaped(agent.name)}" version="${escaped(agent.version)}">
<version>1.1</version>
<longdesc lang="en">
${escaped(agent.longdesc)}
</longdesc>
<shortdesc lang="en">${escaped(agent.shortdesc)}</shortdesc>
<parameters>
${Object.entries(agent.parameters).map(parameterXml).join('\n')}
</parameters>
<actions>
${Object.entries(agent.actions).flatMap(actionXml).join('\n')}
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
`;
}

function parameterXml([name, parameter]: [string, Parameter<unknown>]): string {
  const { type, unique, reloadable, default: value } = parameter;
  const uniqueness = unique ? ` unique-group="${escaped(name)}" unique="1"` : '';
  const reload = reloadable ? ' reloadable="1"' : '';
  const fallback = value === null ? '' : ` default="${escaped(value)}"`;
  return `<parameter name="${escaped(name)}"${uniqueness}${reload} required="${value === null ? 1 : 0}">
<longdesc lang="en">
${escaped(parameter.longdesc)}
</longdesc>
<shortdesc lang="en">${escaped(parameter.shortdesc)}</shortdesc>
<content type="${type}"${fallback}/>
</parameter>`;
}

function actionXml([name, action]: [string, Action<Parameters>]): string[] {
  const interval = action.interval === undefined ? '' : ` interval="${action.interval}s"`;
  return (action.depths ?? [null]).map((depth) => {
    const level = depth === null ? '' : ` depth="${depth}"`;
    return `<action name="${escaped(name)}" timeout="${action.timeout}s"${interval}${level}/>`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => String(ENTITIES[character]));
}
