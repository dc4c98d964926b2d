import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { runChecked, runCommand } from '../node/command.ts';
import { readConfigFile, writeConfigFile } from '../node/config-file.ts';
import { readConfigLink, writeConfigLink } from '../node/config-link.ts';
import { type NfsConfValue, nfsConfValues } from '../node/nfs-conf.ts';
import { isSystemdBooted, NOTIFY_UNIT, notifyUnitState } from '../node/notify-unit.ts';
import { printable } from '../printable.ts';
import { type SetupChange, setupDifference } from './setup-difference.ts';
import { CALLOUT, DROP_IN, type Part, partsIn, SETTINGS, setupText } from './setup-file.ts';
import type { Terminal } from './terminal.ts';

export interface NodeSetupOptions {
  /** What is to be set up, or taken back. */
  readonly parts: readonly Part[];
  readonly undo: boolean;
  readonly yes: boolean;
  /** The root of the file system that is set up. */
  readonly root?: string | undefined;
  /** nfs-utils' own reader of nfs.conf(5). */
  readonly nfsconf?: string;
  readonly systemctl?: string;
}

const LINK = `/etc/systemd/system/${NOTIFY_UNIT}`;
/** nfsconf(8) reads a few small files, systemd all its units; milliseconds. */
const NFSCONF_WITHIN = 5_000;
const SYSTEMCTL_WITHIN = 30_000;

const RESTART = `rpc.statd reads this when it starts. Restart it when it suits you:
    systemctl restart rpc-statd
Locks that clients hold stay theirs. A client that asks for its first lock in
the moment in which rpc.statd does not run is refused it.
`;

/** Sets parts of this node up, or takes them back; shows first what that changes. @returns the exit code. @throws Fault that says what hinders it. */
export async function nodeSetup(options: NodeSetupOptions, { stdout }: Terminal): Promise<number> {
  const { parts, undo, yes, root = '/', nfsconf = 'nfsconf', systemctl = 'systemctl' } = options;
  const elsewhere = (await nfsConfValues('statd', 'ha-callout', root)).filter(({ file }) => file !== DROP_IN);
  if (!undo && parts.includes('callout')) {
    refuseOthers(elsewhere);
    await refuseWithoutProgram(root);
  }
  const found = await readConfigFile(join(root, DROP_IN));
  const had = partsIn(found ?? '');
  const wanted = new Set(had);
  for (const part of parts) {
    if (undo) wanted.delete(part);
    else if (await isNeeded(part, elsewhere, root)) wanted.add(part);
  }
  const file = { path: DROP_IN, before: found, after: setupText(wanted) };
  const link = await linkChange(had.has('unit'), wanted.has('unit'), root);
  const changes = [file, link].filter((change) => change.before !== change.after);
  if (changes.length === 0) {
    if (!undo) await refuseIneffective(nfsconf, wanted, undo);
    stdout.write(nothingToDo(undo, elsewhere));
    return 0;
  }
  stdout.write(setupDifference(changes));
  if (!yes) {
    stdout.write('\nNothing is changed yet: the same with --yes does it.\n');
    return 0;
  }
  // The file remembers that the link is ours: it comes last, so that a link is never taken for ours that is not.
  if (changes.includes(link)) await writeConfigLink(join(root, LINK), link.after);
  if (changes.includes(file)) await writeConfigFile(join(root, DROP_IN), file.after);
  if (changes.includes(link) && (await isSystemdBooted(root)))
    await runChecked([systemctl, 'daemon-reload'], SYSTEMCTL_WITHIN);
  await refuseIneffective(nfsconf, wanted, undo);
  stdout.write(`\n${undo ? 'Taken back. ' : 'Done. '}${RESTART}`);
  return 0;
}

/** Who runs another callout must decide himself: rpc.statd has only one. */
function refuseOthers(elsewhere: readonly NfsConfValue[]): void {
  const other = elsewhere.find(({ value }) => value !== CALLOUT);
  if (other === undefined) return;
  const { file, value } = other;
  throw new Fault('bad-node', `${file} has rpc.statd run ${printable(value)}: take that out first`, {
    subject: file,
  });
}

async function refuseWithoutProgram(root: string): Promise<void> {
  for (const program of [CALLOUT, '/bin/bash']) {
    const usable = await access(join(root, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!usable) throw new Fault('not-installed', `${program} is not installed`, { subject: program });
  }
}

/** What somebody else has set up already stays his. */
async function isNeeded(part: Part, elsewhere: readonly NfsConfValue[], root: string): Promise<boolean> {
  if (part === 'callout') return elsewhere.length === 0;
  return part === 'sm-notify' || (await notifyUnitState(root)) === 'there';
}

async function linkChange(had: boolean, wanted: boolean, root: string): Promise<SetupChange> {
  const unchanged = { path: LINK, before: null, after: null };
  if (!had && !wanted) return unchanged;
  const before = await readConfigLink(join(root, LINK));
  if (wanted) return { path: LINK, before, after: '/dev/null' };
  return before === '/dev/null' ? { path: LINK, before, after: null } : unchanged;
}

/** What nfs-utils makes of it: an older one may not read drop-ins. Without nfsconf(8) it is taken for granted. */
async function refuseIneffective(nfsconf: string, wanted: ReadonlySet<Part>, undo: boolean): Promise<void> {
  for (const { part, section, key, value } of SETTINGS) {
    const said = await runCommand([nfsconf, '--get', section, key], NFSCONF_WITHIN).catch(() => null);
    const read = said?.stdout.trim() ?? null;
    const hindered = wanted.has(part) ? read !== value : undo && part === 'callout' && read === value;
    if (read === null || !hindered) continue;
    const message = `${DROP_IN} is written, but nfs-utils reads ${printable(read) || 'nothing'} for ${key}`;
    throw new Fault('bad-node', message, { subject: DROP_IN });
  }
}

function nothingToDo(undo: boolean, elsewhere: readonly NfsConfValue[]): string {
  const there = elsewhere.find(({ value }) => value === CALLOUT);
  if (undo && there !== undefined)
    return `${there.file} sets it up, which is not ours to change: take it out there.\n`;
  if (undo) return 'It is not set up: nothing to undo.\n';
  return `It is set up already, in ${there?.file ?? DROP_IN}.\n`;
}
