import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNo, nfsConfValues } from '../node/nfs-conf.ts';
import { readOptional } from '../node/optional-file.ts';
import { findProcess } from '../node/process.ts';
import type { Service } from '../node/service.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { readStateFile } from '../nsm/state-file.ts';
import type { Finding } from './finding.ts';

/*
 * sm-notify(8) is nfs-utils' way to recover a node that has rebooted, and knows nothing of services that move: it tells all
 * clients of the node under the node's own name, and ends the grace period where it finds none.
 */
type Check = (service: Service, node: { readonly root: string }) => Promise<Finding>;

/** Sources of the unit in systemd's order; what is linked to /dev/null is masked (systemd.unit(5)). */
const UNIT_DIRECTORIES = [
  'etc/systemd/system',
  'run/systemd/system',
  'usr/lib/systemd/system',
  'lib/systemd/system',
];
const UNIT = 'rpc-statd-notify.service';

/** rpc-statd.service wants it: it runs at every start of statd that systemd makes. */
const notifyUnit: Check = async (_service, { root }) => {
  const code = 'notify-unit';
  if (!(await exists(join(root, 'run/systemd/system')))) {
    return { code, verdict: 'ok', evidence: 'there is no systemd' };
  }
  for (const directory of UNIT_DIRECTORIES) {
    const path = join(root, directory, UNIT);
    if ((await readlink(path).catch(() => '')) === '/dev/null') {
      return { code, verdict: 'ok', evidence: `${UNIT} is masked` };
    }
    if (await exists(path)) {
      const evidence = `${UNIT} tells this node's clients under its own name when it boots`;
      return { code, verdict: 'warning', evidence, cure: `systemctl mask ${UNIT}` };
    }
  }
  return { code, verdict: 'ok', evidence: `there is no ${UNIT}` };
};

/**
 * An rpc.statd that was started without a word about it starts sm-notify itself (nfs-utils, utils/statd/statd.c), which
 * does nothing where its marker of this boot exists.
 */
const notifyByStatd: Check = async (_service, { root }) => {
  const code = 'notify-by-statd';
  const proc = join(root, 'proc');
  const statd = await findProcess('rpc.statd', proc).catch(() => null);
  if (statd === null) return { code, verdict: 'ok', evidence: 'rpc.statd does not run' };
  const words = await readFile(join(proc, String(statd.pid), 'cmdline'), 'latin1').catch(() => '');
  const variables = await readFile(join(proc, String(statd.pid), 'environ'), 'latin1').catch(() => '');
  const configured = await lastWord('statd', 'no-notify', root);
  const told =
    /\0(--no-notify|-L)\0/.test(words) ||
    /(^|\0)RPC_STATD_NO_NOTIFY=1(\0|$)/.test(variables) ||
    (configured !== null && !isNo(configured));
  if (told) return { code, verdict: 'ok', evidence: 'rpc.statd was started with --no-notify' };
  if (await exists(join(root, 'run/sm-notify.pid'))) {
    return { code, verdict: 'ok', evidence: 'sm-notify has run in this boot and does not run again' };
  }
  const evidence = 'rpc.statd was started without --no-notify, and /run/sm-notify.pid is missing';
  return { code, verdict: 'warning', evidence, cure: 'set no-notify=1 in [statd] of nfs.conf' };
};

const liftGrace: Check = async ({ lockManager }, { root }) => {
  const code = 'lift-grace';
  if (lockManager === 'ganesha') return { code, verdict: 'ok', evidence: 'NFS-Ganesha is asked for' };
  const value = await lastWord('sm-notify', 'lift-grace', root);
  if (value !== null && isNo(value)) return { code, verdict: 'ok', evidence: `lift-grace=${value}` };
  const evidence = 'an sm-notify that finds no clients ends the grace period of all services';
  return { code, verdict: 'warning', evidence, cure: 'set lift-grace=n in [sm-notify] of nfs.conf' };
};

/** The kernel puts this number into what it sends as a client; sm-notify -P sets it to that of another directory. */
const localState: Check = async ({ statdDir }, { root }) => {
  const code = 'nsm-local-state';
  const kernel = Number.parseInt(
    (await readOptional(join(root, 'proc/sys/fs/nfs/nsm_local_state'))) ?? '0',
    10,
  );
  const directory = await findStatdDirectory(statdDir, root).catch(() => null);
  const own = directory && (await readStateFile(join(root, directory, 'state')).catch(() => null));
  if (kernel === 0 || own === null || kernel === own) {
    return { code, verdict: 'ok', evidence: `nsm_local_state is ${kernel}` };
  }
  const evidence = `nsm_local_state is ${kernel}, and this node's own status monitor has number ${own}`;
  return { code, verdict: 'warning', evidence, cure: 'let nothing run sm-notify -P, and restart rpc.statd' };
};

async function lastWord(...where: Parameters<typeof nfsConfValues>): Promise<string | null> {
  return (await nfsConfValues(...where)).at(-1)?.value ?? null;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export const SM_NOTIFY_CHECKS: readonly Check[] = [notifyUnit, notifyByStatd, liftGrace, localState];
