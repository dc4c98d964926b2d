import { descendants, parseElements, unescaped } from './elements.ts';

export interface NodeStatus {
  readonly online: boolean;
  readonly standby: boolean;
  readonly pending: boolean;
  readonly unclean: boolean;
}

export interface ResourceStatus {
  /** Started, Stopped, Starting, ... as crm_mon says it. */
  readonly role: string;
  readonly failed: boolean;
  /** The names of the nodes where it is active. */
  readonly nodes: readonly string[];
}

export interface Failure {
  readonly resource: string;
  readonly node: string;
  /** The operation, for instance `nfslock_start_0`. */
  readonly operation: string;
  /** The OCF exit code. */
  readonly code: number;
  readonly reason: string;
}

/** What one node's Pacemaker thinks of the cluster. */
export interface ClusterStatus {
  /** The node that decides; null while there is none. */
  readonly dc: string | null;
  readonly quorate: boolean;
  readonly nodes: Readonly<Record<string, NodeStatus>>;
  readonly resources: Readonly<Record<string, ResourceStatus>>;
  readonly failures: readonly Failure[];
}

/** Reads what `crm_mon --output-as=xml` prints (schema: /usr/share/pacemaker/api/crm_mon-*.rng). */
export function parseStatus(xml: string): ClusterStatus {
  const document = parseElements(xml);
  const dc = descendants(document, 'current_dc')[0]?.attributes;
  const nodes: Record<string, NodeStatus> = {};
  for (const list of descendants(document, 'nodes')) {
    for (const { attributes: a } of list.children) {
      nodes[a.name ?? ''] = {
        online: a.online === 'true',
        standby: a.standby === 'true',
        pending: a.pending === 'true',
        unclean: a.unclean === 'true',
      };
    }
  }
  const resources: Record<string, ResourceStatus> = {};
  for (const { attributes: a, children } of descendants(document, 'resource')) {
    // The list of resources; a node's operation history has elements of other names.
    if (a.id === undefined || a.role === undefined) continue;
    resources[a.id] = {
      role: a.role,
      failed: a.failed === 'true',
      nodes: children.map((child) => child.attributes.name ?? ''),
    };
  }
  const failures = descendants(document, 'failure').map(({ attributes: a }) => ({
    resource: (a.op_key ?? '').replace(/_[a-z]+(_[a-z]+)?_\d+$/, ''),
    node: a.node ?? '',
    operation: a.op_key ?? '',
    code: Number(a.exitcode),
    // Pacemaker escapes it before it makes XML of it.
    reason: unescaped(a.exitreason ?? ''),
  }));
  return {
    dc: dc?.present === 'true' ? (dc.name ?? null) : null,
    quorate: dc?.with_quorum === 'true',
    nodes,
    resources,
    failures,
  };
}
