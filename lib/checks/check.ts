import type { Service } from '../node/service.ts';
import type { Cib } from './cluster/cib.ts';
import type { CheckedNode, ExaminedNode } from './examined-node.ts';
import type { Found } from './finding.ts';

/** What of a service the checks look at; where it is not started, its resource says so. */
export type ServiceFacts = Pick<
  Service,
  'name' | 'sharedDir' | 'addresses' | 'names' | 'exports' | 'statdDir' | 'lockManager' | 'trigger'
>;

export interface ExaminedService extends ServiceFacts {
  /** Whether it is started on this node. */
  readonly startedHere: boolean;
}

/** What is the same for all services of a node. */
export type NodeSettings = Pick<Service, 'statdDir' | 'lockManager'>;

interface Said {
  /** Names the check; stable, for scripts. */
  readonly code: string;
  /** What it looks at, as in "the owner of statd's directory". */
  readonly about: string;
  /** What may happen where not all is well: one sentence. */
  readonly consequence: string;
}

/** Looks at this node, once. What it throws means that it does not know. */
export interface NodeCheck<N extends CheckedNode = ExaminedNode> extends Said {
  readonly of: 'node';
  readonly look: (node: N, settings: NodeSettings) => Promise<Found>;
}

/** Looks at this node as each of its services needs it. */
export interface ServiceCheck<N extends CheckedNode = ExaminedNode> extends Said {
  readonly of: 'service';
  readonly look: (node: N, service: ExaminedService) => Promise<Found>;
}

/** Looks at the configuration of the cluster; left out where there is none. */
export interface ClusterCheck extends Said {
  readonly of: 'cluster';
  readonly look: (cib: Cib, node: ExaminedNode) => Promise<Found>;
}

/** Looks at how each service is configured in the cluster. */
export interface ResourceCheck extends Said {
  readonly of: 'resource';
  readonly look: (cib: Cib, service: ExaminedService, node: ExaminedNode) => Promise<Found>;
}

export type Check = NodeCheck | ServiceCheck | ClusterCheck | ResourceCheck;
