import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';
import type { Found } from './finding.ts';

/** statd drops to the owner of sm/ (nfs-utils, support/nsm/file.c, nsm_drop_privileges): root would mean never. */
export const statdOwner: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'statd-directory',
  about: "owner and mode of statd's directory",
  consequence:
    'rpc.statd cannot write down who has locks, and no client gets one; or others can write there.',
  async look({ root }, { statdDir }) {
    try {
      return await judge(await findStatdDirectory(statdDir, root), root);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { message, facts } = error;
      return { verdict: 'bad', fault: error.code, evidence: message, cure: String(facts.cure) };
    }
  },
};

async function judge(directory: string, root: string): Promise<Found> {
  const sm = join(directory, 'sm');
  const found = await stat(join(root, sm)).catch(() => null);
  if (found === null) {
    return { verdict: 'warning', evidence: `${sm} does not exist`, cure: 'start rpc.statd once' };
  }
  const itself = await lstat(join(root, sm));
  if (itself.isSymbolicLink() && itself.uid !== 0) {
    const cure = `make it a directory; or where it leads to the right one, chown -h root ${sm}`;
    return { verdict: 'bad', evidence: `${sm} is a link that is not root's`, cure };
  }
  const { uid } = found;
  const mode = found.mode & 0o7777;
  if (uid === 0) {
    const cure = "give it to statd's user, or statd runs as root";
    return { verdict: 'warning', evidence: `${sm} belongs to root`, cure };
  }
  if ((mode & 0o700) !== 0o700 || (mode & 0o002) !== 0) {
    return { verdict: 'bad', evidence: `${sm} has mode ${mode.toString(8)}`, cure: `chmod 700 ${sm}` };
  }
  return { verdict: 'ok', evidence: `${sm} belongs to uid ${uid}` };
}
