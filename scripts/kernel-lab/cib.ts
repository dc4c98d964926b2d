/** A resource of a group. */
export interface Primitive {
  readonly id: string;
  /** `ocf:provider:type`. */
  readonly agent: string;
  readonly params: Readonly<Record<string, string>>;
  /** Recurring monitor, in seconds; default 60: a node has one slow processor, and most of it would go there. */
  readonly monitor?: number;
}

export interface Group {
  readonly id: string;
  readonly members: readonly Primitive[];
  /** The node where it likes to run. */
  readonly prefers?: string;
}

const text = (value: string) => value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const pairs = (id: string, values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `<nvpair id="${id}-${name}" name="${name}" value="${text(value)}"/>`)
    .join('');

function primitive({ id, agent, params, monitor = 60 }: Primitive): string {
  const [kind, provider, type] = agent.split(':');
  const operations = [
    ['start', '0', '90s'],
    ['stop', '0', '90s'],
    ['monitor', `${monitor}s`, '40s'],
  ].map(
    ([name, every, timeout]) =>
      `<op id="${id}-${name}" name="${name}" interval="${every}" timeout="${timeout}"/>`,
  );
  return `<primitive id="${id}" class="${kind}" provider="${provider}" type="${type}">
    <instance_attributes id="${id}-params">${pairs(`${id}-params`, params)}</instance_attributes>
    <operations>${operations.join('')}</operations></primitive>`;
}

/**
 * A cluster information base to start from: groups, the lab's fence agent that leaves a fenced node off, and timing for
 * tests. @param header the `<cib ...>` start tag of this Pacemaker build, from `cibadmin --empty`: a newer feature set
 * than the build's own is refused. @param fenceDelay seconds that pass before a node is fenced.
 */
export function cibXml(
  header: string,
  nodes: readonly string[],
  groups: readonly Group[],
  fenceDelay = 0,
): string {
  const properties = pairs('options', {
    'dc-deadtime': '2s',
    'stonith-enabled': 'true',
    'stonith-action': 'off',
    'no-quorum-policy': 'ignore',
    'cluster-recheck-interval': '5min',
  });
  const fencing = pairs('fence-params', {
    pcmk_host_list: nodes.join(' '),
    pcmk_host_check: 'static-list',
    pcmk_reboot_action: 'off',
    pcmk_delay_base: `${fenceDelay}s`,
  });
  const locations = groups.flatMap(({ id, prefers }) =>
    prefers === undefined ? [] : [`<rsc_location id="${id}-home" rsc="${id}" node="${prefers}" score="50"/>`],
  );
  return `${header.replace(/admin_epoch="\d+"/, 'admin_epoch="1"')}
<configuration>
<crm_config><cluster_property_set id="options">${properties}</cluster_property_set></crm_config>
<nodes>${nodes.map((name, at) => `<node id="${at + 1}" uname="${name}"/>`).join('')}</nodes>
<resources>
<primitive id="fence" class="stonith" type="fence_lab"><instance_attributes id="fence-params">${fencing}</instance_attributes></primitive>
${groups.map(({ id, members }) => `<group id="${id}">${members.map(primitive).join('\n')}</group>`).join('\n')}
</resources>
<constraints>${locations.join('')}</constraints>
<rsc_defaults><meta_attributes id="rsc-options">${pairs('rsc-options', { 'resource-stickiness': '200' })}</meta_attributes></rsc_defaults>
</configuration><status/></cib>
`;
}
