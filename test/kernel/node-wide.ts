import type { Guest } from '../../scripts/kernel-lab/index.ts';
import * as nfs from '../../scripts/kernel-lab/nfs.ts';
import type { Happening } from './fate.ts';
import type { Scene } from './scene.ts';

/** What a node's kernel and its own sm-notify have, and no recovery may touch. */
interface NodeWide {
  /** nsm_local_state, which sm-notify sets to the number that it sends. */
  readonly number: string;
  /** The file by which sm-notify knows that it has run since boot; where it is not: why. */
  readonly pidFile: string;
}

const before = new WeakMap<Scene, NodeWide>();

async function read(node: Guest): Promise<NodeWide> {
  const text = await node.sh(
    "cat /proc/sys/fs/nfs/nsm_local_state; stat -c '%i %Y %s' /run/sm-notify.pid 2>&1 || :",
  );
  const [number = '', pidFile = ''] = text.split('\n');
  return { number, pidFile };
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
    return { number: is.number === was?.number, pidFile: is.pidFile === was?.pidFile, graceOn: nlm };
  },
  wanted: { number: true, pidFile: true, graceOn: true },
};
