import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sentenceOf } from '../fault.ts';
import { lockdMounts } from '../node/lockd-users.ts';
import { readNfsd } from '../node/nfsd.ts';
import { lockdThatRestarts } from '../recover/lockd-kill.ts';
import { nfsdcldRuns } from '../recover/nfsdcld.ts';
import { noV4Grace } from '../recover/no-v4-grace.ts';
import type { NodeCheck } from './check.ts';
import type { ExaminedNode } from './examined-node.ts';
import type { Found } from './finding.ts';
import { lockManagerKind } from './lock-manager-kind.ts';

const ASK_GANESHA = [
  ...['dbus-send', '--system', '--print-reply=literal', '--dest=org.ganesha.nfsd'],
  ...['/org/ganesha/nfsd/admin', 'org.ganesha.nfsd.admin.get_grace'],
];
const WITHIN = 5_000;

export const graceWays: NodeCheck = {
  of: 'node',
  code: 'grace-ways',
  about: 'how a grace period can be opened here while the lock manager runs',
  consequence: 'When a service arrives here, its clients cannot reclaim their locks.',
  async look(node, settings) {
    const kind = await lockManagerKind(node, settings);
    if (kind === 'ganesha') return ofGanesha(node);
    if (kind === 'kernel') return ofKernel(node);
    return { verdict: 'ok', evidence: 'no lock manager runs here: its start begins one' };
  },
};

/** One that does not run begins its grace when it starts. */
async function ofGanesha(node: ExaminedNode): Promise<Found> {
  if ((await lockManagerKind(node, { lockManager: 'auto', statdDir: null })) !== 'ganesha') {
    return { verdict: 'ok', evidence: 'NFS-Ganesha does not run here: its start begins one' };
  }
  const answer = await node.run(ASK_GANESHA, WITHIN);
  if (/boolean (true|false)/.test(answer.stdout))
    return { verdict: 'ok', evidence: 'NFS-Ganesha answers on D-Bus' };
  const cure = 'see that D-Bus runs, and that NFS-Ganesha was started after it';
  return { verdict: 'bad', evidence: 'NFS-Ganesha does not answer on D-Bus', cure };
}

/** The ways that open-grace-kernel.ts goes, by what would keep it from each. */
async function ofKernel({ root }: ExaminedNode): Promise<Found> {
  const release = (await readFile(join(root, 'proc/sys/kernel/osrelease'), 'latin1')).trim();
  const nfsd = await readNfsd(root);
  if (nfsd === null || nfsd.threads === 0) {
    return { verdict: 'ok', evidence: `Linux ${release}; no nfsd runs here: its start begins one` };
  }
  const mounts = await lockdMounts(root);
  const without = noV4Grace(nfsd, await nfsdcldRuns(root), root);
  const signal = await lockdThatRestarts(root).then(() => null, sentenceOf);
  const ways = [
    ...(without === null ? ["nfsd's NFSv4 grace, which keeps neighbours' locks"] : []),
    ...(mounts.length === 0 ? ['a restart of its threads'] : []),
    ...(signal === null ? ['SIGKILL to lockd'] : []),
  ];
  if (ways.length > 0) return { verdict: 'ok', evidence: `Linux ${release}: ${ways.join('; ')}` };
  const evidence = `Linux ${release}: ${without}, NFS mounts keep lockd, and ${signal}`;
  return { verdict: 'bad', evidence, cure: 'take NFS mounts off this node, or mount with nolock' };
}
