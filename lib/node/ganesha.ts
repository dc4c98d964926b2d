import { Fault } from '../fault.ts';
import { runChecked } from './command.ts';

/** Runs a command and gives its standard output; see runChecked. */
export type RunChecked = typeof runChecked;

const SEND = ['dbus-send', '--system', '--print-reply=literal', '--dest=org.ganesha.nfsd'];
const ADMIN = '/org/ganesha/nfsd/admin';

/** How long NFS-Ganesha may take to answer on D-Bus, milliseconds. It answers in a few; a hung one never does. */
const ANSWER_WITHIN = 2000;

/** Is NFS-Ganesha's grace period on (D-Bus method admin.get_grace; one grace for NFSv3 and v4)? */
export async function ganeshaInGrace(run: RunChecked = runChecked): Promise<boolean> {
  const reply = await run([...SEND, ADMIN, 'org.ganesha.nfsd.admin.get_grace'], ANSWER_WITHIN);
  const word = /boolean (true|false)/.exec(reply)?.[1];
  if (word === undefined) {
    throw new Fault('malformed', "NFS-Ganesha's answer to get_grace is not a boolean", {
      found: reply.slice(0, 60),
    });
  }
  return word === 'true';
}

/**
 * Starts a full grace period on a running NFS-Ganesha. Event 0 (EVENT_JUST_GRACE) drops no lock and leaves
 * every monitor record; events 2 and 5 would drop what clients have just reclaimed.
 */
export async function startGaneshaGrace(run: RunChecked = runChecked): Promise<void> {
  await run([...SEND, ADMIN, 'org.ganesha.nfsd.admin.grace', 'string:0:'], ANSWER_WITHIN);
}

/**
 * Drops the locks that clients took through a server address (event 2, EVENT_RELEASE_IP). It also starts a
 * grace period, during which nobody on this NFS-Ganesha gets a new lock.
 */
export async function releaseGaneshaAddress(address: string, run: RunChecked = runChecked): Promise<void> {
  await run([...SEND, ADMIN, 'org.ganesha.nfsd.admin.grace', `string:2:${address}`], ANSWER_WITHIN);
}
