import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNo, nfsConfValue } from '../node/nfs-conf.ts';
import { findProcess } from '../node/process.ts';
import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

/**
 * An rpc.statd that was started without a word about it starts sm-notify itself (nfs-utils, utils/statd/statd.c), which
 * does nothing where its marker of this boot exists.
 */
export const notifyByStatd: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'notify-by-statd',
  about: 'whether rpc.statd runs sm-notify when it starts',
  consequence:
    'Clients are told under a name that they do not know the service by, or outside grace, and forget their locks.',
  async look({ root }) {
    const proc = join(root, 'proc');
    const statd = await findProcess('rpc.statd', proc).catch(() => null);
    if (statd === null) return { verdict: 'ok', evidence: 'rpc.statd does not run' };
    const words = await readFile(join(proc, String(statd.pid), 'cmdline'), 'latin1').catch(() => '');
    const variables = await readFile(join(proc, String(statd.pid), 'environ'), 'latin1').catch(() => '');
    const configured = await nfsConfValue('statd', 'no-notify', root);
    const told =
      /\0(--no-notify|-L)\0/.test(words) ||
      /(^|\0)RPC_STATD_NO_NOTIFY=1(\0|$)/.test(variables) ||
      (configured !== null && !isNo(configured));
    if (told) return { verdict: 'ok', evidence: 'rpc.statd was started with --no-notify' };
    if (await exists(join(root, 'run/sm-notify.pid'))) {
      return { verdict: 'ok', evidence: 'sm-notify has run in this boot and does not run again' };
    }
    const evidence = 'rpc.statd was started without --no-notify, and /run/sm-notify.pid is missing';
    return {
      verdict: 'warning',
      evidence,
      cure: 'lockferry setup --yes, or set no-notify=1 in [statd] of nfs.conf',
    };
  },
};

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
