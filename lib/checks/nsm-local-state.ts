import { join } from 'node:path';
import { readOptional } from '../node/optional-file.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { readStateFile } from '../nsm/state-file.ts';
import { isReservedAfter } from '../nsm/state-number.ts';
import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

/** The kernel puts this number into what it sends as a client; sm-notify -P sets it to that of another directory. */
export const localState: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'nsm-local-state',
  about: 'the number that the kernel sends as an NFS client of others',
  consequence: 'Servers of which this node is a client take it for restarted, or miss that it was.',
  async look({ root }, { statdDir }) {
    const kernel = Number.parseInt(
      (await readOptional(join(root, 'proc/sys/fs/nfs/nsm_local_state'))) ?? '0',
      10,
    );
    const directory = await findStatdDirectory(statdDir, root).catch(() => null);
    const own = directory ? await readStateFile(join(root, directory, 'state')).catch(() => null) : null;
    if (kernel === 0 || own === null || kernel === own || isReservedAfter(own, kernel)) {
      return { verdict: 'ok', evidence: `nsm_local_state is ${kernel}` };
    }
    const evidence = `nsm_local_state is ${kernel}, and this node's own status monitor has number ${own}`;
    return { verdict: 'warning', evidence, cure: 'let nothing run sm-notify -P, and restart rpc.statd' };
  },
};
