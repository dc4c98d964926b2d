export interface Seed {
  readonly members: readonly string[];
  /** What fencing does to a node: leave it off, or boot it again. */
  readonly fencing: 'off' | 'reboot';
  /** Cluster properties besides the lab's own. */
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * The configuration with which every node's Pacemaker starts. `empty` is what `cibadmin --empty` prints: a header
 * with a feature set newer than the installed Pacemaker's would make it exit.
 */
export function seededConfiguration(empty: string, seed: Seed): string {
  const properties = {
    'stonith-enabled': 'true',
    'stonith-action': seed.fencing,
    // The default of 20 s is nearly all of a small cluster's start-up time.
    'dc-deadtime': '500ms',
    'cluster-recheck-interval': '60s',
    ...seed.properties,
  };
  const options = Object.entries(properties).map(([name, value]) => pair(`option-${name}`, name, value));
  return empty
    .replace(/admin_epoch="\d+"/, 'admin_epoch="1"')
    .replace(
      '<crm_config/>',
      `<crm_config>
      <cluster_property_set id="cib-bootstrap-options">
${options.join('\n')}
      </cluster_property_set>
    </crm_config>`,
    )
    .replace(
      '<resources/>',
      `<resources>
      <primitive id="fencing" class="stonith" type="fence_lab">
        <instance_attributes id="fencing-parameters">
${pair('fencing-list', 'pcmk_host_list', seed.members.join(' '))}
${pair('fencing-check', 'pcmk_host_check', 'static-list')}
        </instance_attributes>
        <operations/>
      </primitive>
    </resources>`,
    )
    .replace(
      '<constraints/>',
      `<constraints/>
    <rsc_defaults>
      <meta_attributes id="rsc-options">
${pair('rsc-options-stickiness', 'resource-stickiness', '100')}
      </meta_attributes>
    </rsc_defaults>`,
    );
}

function pair(id: string, name: string, value: string): string {
  return `        <nvpair id="${id}" name="${name}" value="${value}"/>`;
}
