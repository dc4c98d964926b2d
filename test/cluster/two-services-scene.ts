import type { Test } from 'tap';
import type { Host, NfsService } from '../../scripts/lab/index.ts';
import { serviceFor } from './nfslock-scene.ts';
import { type Served, serveBeside } from './services-scene.ts';

const RESTART_COMMAND = '/usr/local/sbin/nfs-ganesha';
/** What an nfslock needs in the lab to restart NFS-Ganesha, which has no systemd unit there. */
export const RESTART = { restart_command: RESTART_COMMAND } as const;

/** Puts the program of restart_command on nodes. @param first shell commands that it runs before it does anything */
export async function restartable(nodes: readonly Host[], first = ':'): Promise<void> {
  const script = `#!/bin/sh\n${first}\nexec /lab/scripts/lab/guest/service.sh "$1" ganesha\n`;
  for (const node of nodes) await node.writeFile(RESTART_COMMAND, script, 0o755);
}

/**
 * A service on n1 that goes to n2, and a neighbour of it on n2 that goes to n1, both with a trigger that restarts
 * NFS-Ganesha, which always runs on both nodes.
 */
export async function twoServices(
  t: Test,
  triggers: { readonly service: string; readonly neighbour: string },
): Promise<{ service: NfsService; neighbour: Served }> {
  const parameters = { ...RESTART, trigger: triggers.service };
  const service = await serviceFor(t, { ganesha: 'warm', grace: 12, parameters });
  await restartable([service.n1, service.n2]);
  const neighbour = await serveBeside(service, 'b', service.n2, { ...RESTART, trigger: triggers.neighbour });
  return { service, neighbour };
}

/** How often NFS-Ganesha has been started on a node since it booted. */
export async function ganeshaStarts(node: Host): Promise<number> {
  const log = await node.readFile('/var/log/ganesha/ganesha.log');
  return log.match(/NFS SERVER INITIALIZED/g)?.length ?? 0;
}
