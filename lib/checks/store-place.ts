import { findStatdDirectory } from '../node/statd-directory.ts';
import type { ServiceCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

/** Looks at the path alone: the store's storage may hang, and validation must not. */
export const storePlace: ServiceCheck<CheckedNode> = {
  of: 'service',
  code: 'store-place',
  about: 'the path of the lock store',
  consequence: 'The records are lost with the node, or rpc.statd takes them for its own.',
  async look({ root }, { sharedDir, statdDir }) {
    const directory = await findStatdDirectory(statdDir, root).catch(() => '/var/lib/nfs');
    if (`${sharedDir}/`.startsWith(`${directory}/`)) {
      const cure = 'keep the lock store elsewhere, on shared storage';
      const evidence = `shared_dir is in ${directory}, statd's own directory`;
      return { verdict: 'bad', fault: 'bad-node', evidence, cure };
    }
    if (/^\/(run|dev|proc|sys)\//.test(`${sharedDir}/`)) {
      const cure = 'put it on storage that moves with the service';
      return { verdict: 'warning', evidence: 'shared_dir is on a file system of this boot', cure };
    }
    return { verdict: 'ok', evidence: sharedDir };
  },
};
