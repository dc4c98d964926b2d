import { join } from 'node:path';
import { nfsConfValue } from '../node/nfs-conf.ts';
import { readOptional } from '../node/optional-file.ts';
import type { NodeCheck } from './check.ts';
import { ganeshaValues } from './ganesha-conf.ts';
import { lockManagerKind } from './lock-manager-kind.ts';
import { optionOf, statdWords } from './statd-process.ts';

export const ports: NodeCheck = {
  of: 'node',
  code: 'ports',
  about: 'whether the ports of NSM, NLM and MOUNT are fixed',
  consequence: 'A firewall that knew them before a failover keeps clients from reclaiming after it.',
  async look(node, settings) {
    const { root } = node;
    const kind = await lockManagerKind(node, settings);
    const loose: string[] = [];
    if (!(await statdPort(root))) loose.push('rpc.statd (port in [statd] of nfs.conf)');
    if (kind === 'kernel') {
      if (!(await lockdPort(root))) loose.push('lockd (port and udp-port in [lockd])');
      if (!(await confPort('mountd', root))) loose.push('rpc.mountd (port in [mountd])');
    }
    if (kind === 'ganesha') {
      for (const key of ['NLM_Port', 'MNT_Port']) {
        const values = await ganeshaValues(key, root);
        if (values !== null && !isPort(values.at(-1))) loose.push(`NFS-Ganesha (${key} in ganesha.conf)`);
      }
    }
    if (loose.length === 0) return { verdict: 'ok', evidence: 'all are fixed' };
    const cure = 'fix them, to the same numbers on every node, and restart rpc.statd and the daemons';
    return { verdict: 'warning', evidence: `any port: ${loose.join(', ')}`, cure };
  },
};

async function statdPort(root: string): Promise<boolean> {
  const words = (await statdWords(root)) ?? [];
  return isPort(optionOf(words, 'p', 'port')) || confPort('statd', root);
}

/** rpc.statd writes into these files what nfs.conf says when it starts; they are there once lockd's module is. */
async function lockdPort(root: string): Promise<boolean> {
  const set = await readOptional(join(root, 'proc/sys/fs/nfs/nlm_tcpport'));
  return set === null ? confPort('lockd', root) : isPort(set.trim());
}

async function confPort(section: string, root: string): Promise<boolean> {
  return isPort(await nfsConfValue(section, 'port', root));
}

function isPort(text: string | null | undefined): boolean {
  return Number(text) > 0;
}
