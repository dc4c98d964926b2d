import type { Service } from '../node/service.ts';
import type { NodeCheck, ServiceCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';
import type { Finding } from './finding.ts';
import { ganeshaControl } from './ganesha-control.ts';
import { liftGrace } from './lift-grace.ts';
import { nodeVersion } from './node-version.ts';
import { notifyByStatd } from './notify-by-statd.ts';
import { notifyUnit } from './notify-unit.ts';
import { localState } from './nsm-local-state.ts';
import { statdOwner } from './statd-owner.ts';
import { storePlace } from './store-place.ts';

/** The checks that an action of the agent can afford: each reads a few local files. */
export const NODE_CHECKS: readonly (NodeCheck<CheckedNode> | ServiceCheck<CheckedNode>)[] = [
  nodeVersion,
  statdOwner,
  ganeshaControl,
  storePlace,
  notifyUnit,
  notifyByStatd,
  liftGrace,
  localState,
];

/** Checks that this node can run the service; never touches shared_dir. One finding a check, in a fixed order. */
export function checkNode(service: Service, node: CheckedNode): Promise<Finding[]> {
  return Promise.all(
    NODE_CHECKS.map(async (check) => ({
      code: check.code,
      ...(check.of === 'node'
        ? await check.look(node, service)
        : await check.look(node, { ...service, startedHere: false })),
    })),
  );
}
