import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sentenceOf } from '../fault.ts';
import { nfsdVersions, servesV4 } from '../node/nfsd.ts';
import { NodeDirectory } from '../node/node-directory.ts';
import { findProcess } from '../node/process.ts';
import { RuntimeDirectory, SERVICES_DIRECTORY, startedServices } from '../node/runtime-directory.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { askKeeper } from './ask.ts';

/** How long another service's keeper may take to answer, milliseconds. */
const ANSWER_WITHIN = 1000;

/**
 * What needs the kernel's grace period on this node, besides the service of this name whose clients are all back: NFSv4,
 * whose clients reclaim in it too; clients of unprotected exports, while they are being told of a restart, or by
 * sm-notify of a reboot; and other services, unless theirs are back as well and they want it ended as well.
 * @param own with the lock manager that its clients are back with. @param lockManager the identity of the one that runs here.
 * @returns one sentence; null: nothing does.
 */
export async function graceNeed(
  own: { readonly name: string; readonly lockManager: string | null },
  lockManager: string | null,
  runtime = SERVICES_DIRECTORY,
  root = '/',
  node = new NodeDirectory(),
): Promise<string | null> {
  if (servesV4(await nfsdVersions(root)))
    return 'NFSv4 is served here, and its clients reclaim in the same grace period';
  if (existsSync(node.planFile)) return 'the lock manager is being restarted';
  if (existsSync(node.dutyStore)) return 'clients of exports that no service protects are being told';
  if (await nodeIsNotifying(root)) return 'sm-notify is telling clients of this node that it was rebooted';
  if (own.lockManager !== lockManager) return notSeen(own.name);
  for (const name of await startedServices(runtime)) {
    const need = name === own.name ? null : await needOf(name, lockManager, runtime);
    if (need !== null) return need;
  }
  return null;
}

async function needOf(name: string, lockManager: string | null, runtime: string): Promise<string | null> {
  const directory = new RuntimeDirectory(name, runtime);
  try {
    const service = await directory.service();
    if (service?.graceEnd === 'full') return `${name} wants the full grace period`;
    const report = await askKeeper(directory.socket, 'report', Date.now() + ANSWER_WITHIN);
    if (report.phase === 'adopting' || report.phase === 'recovering') return `${name} is ${report.phase}`;
    const hasSeen = report.lockManager === undefined || report.lockManager === lockManager;
    return hasSeen ? null : notSeen(name);
  } catch (error) {
    return `${name} does not say how far it is: ${sentenceOf(error)}`;
  }
}

function notSeen(name: string): string {
  return `${name} has not seen yet that the lock manager was restarted`;
}

/** Runs sm-notify, and has somebody to tell yet? What it moves to `sm.bak/` is removed as clients answer (sm-notify(8)). */
async function nodeIsNotifying(root: string): Promise<boolean> {
  try {
    const left = await readdir(join(root, await findStatdDirectory(null, root), 'sm.bak'));
    return left.length > 0 && (await findProcess('sm-notify', join(root, 'proc'))) !== null;
  } catch {
    return false; // no such directory: it tells those of another one
  }
}
