import type { Guest } from '../../scripts/kernel-lab/index.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import type { Happening } from './fate.ts';
import type { Scene } from './scene.ts';

/**
 * The file by which the node's own sm-notify knows that it has run since boot; where it is not: why. nsm_local_state is not
 * looked at: lockd sets it to statd's number with each SM_MON (fs/lockd/mon.c nsm_monitor()), so at the first reclaim.
 */
const before = new WeakMap<Scene, string>();

function read(node: Guest): Promise<string> {
  return node.sh("stat -c '%i %Y %s' /run/sm-notify.pid 2>&1 || :");
}

/** The same happening; what the adoptive node has is read before it. */
export const beside =
  (happening: Happening): Happening =>
  async (scene, contested) => {
    before.set(scene, await read(scene.servers[1]));
    return happening(scene, contested);
  };

/** What became of that, once clients are told and back; sm-notify that is not kept from it ends grace there. */
export const left = {
  look: async (scene: Scene): Promise<unknown> => {
    const [, server] = scene.servers;
    const [was, is] = [before.get(scene), await read(server)];
    const { nlm } = await nfs.readGrace(server);
    return { pidFile: is === was, graceOn: nlm };
  },
  wanted: { pidFile: true, graceOn: true },
};
