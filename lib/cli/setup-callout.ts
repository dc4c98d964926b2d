import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { Fault } from '../fault.ts';
import { runCommand } from '../node/command.ts';
import { readConfigFile, writeConfigFile } from '../node/config-file.ts';
import { type NfsConfValue, nfsConfValues } from '../node/nfs-conf.ts';
import { printable } from '../printable.ts';
import type { Terminal } from './terminal.ts';

export interface SetupCalloutOptions {
  readonly undo: boolean;
  readonly yes: boolean;
  /** The root of the file system that is set up. */
  readonly root?: string | undefined;
  /** nfs-utils' own reader of nfs.conf(5). */
  readonly nfsconf?: string;
}

/** Where scripts/install puts the callout. */
const CALLOUT = '/usr/share/lockferry/statd-callout';
/** Ours alone, so that nobody's file has to be edited. */
const DROP_IN = '/etc/nfs.conf.d/lockferry.conf';
const WANTED = `# Written by "lockferry setup callout"; "lockferry setup callout --undo" takes it away.
[statd]
ha-callout=${CALLOUT}
`;
/** nfsconf(8) reads a few small files, milliseconds. */
const NFSCONF_WITHIN = 5000;

export const SETUP_CALLOUT_SUMMARY = 'Have rpc.statd wait until a client is recorded';

const HELP = `With the statd callout a client gets its first lock only when its record is
durable in the lock store of every service of this node. It is set up on each
node, by a file of its own, ${DROP_IN}, which is
shown first and written only with --yes. rpc.statd reads it when it starts.

Exit code: 0 it is set up, or undone, or was shown; 1 it cannot be done, which
standard error then says.`;

const RESTART = `rpc.statd reads this when it starts. Restart it when it suits you:
    systemctl restart rpc-statd
Locks that clients hold stay theirs. A client that asks for its first lock in
the moment in which rpc.statd does not run is refused it.
`;

/** Declares the options of `lockferry setup callout`. */
export function setupCalloutOptions(yargs: Argv) {
  return yargs
    .usage('lockferry setup callout [--undo] [--yes]')
    .usage(`${SETUP_CALLOUT_SUMMARY}. Run it as root, on each node.`)
    .option('undo', { type: 'boolean', default: false, describe: 'Take it back' })
    .option('yes', { type: 'boolean', default: false, describe: 'Do it, not only show it' })
    .example('lockferry setup callout', 'show what would be changed')
    .example('lockferry setup callout --yes', 'change it')
    .epilogue(HELP);
}

/** Sets the statd callout up, or takes it back. @returns the exit code. @throws Fault that says what hinders it. */
export async function setupCallout(options: SetupCalloutOptions, { stdout }: Terminal): Promise<number> {
  const { undo, yes, root = '/', nfsconf = 'nfsconf' } = options;
  const elsewhere = (await nfsConfValues('statd', 'ha-callout', root)).filter(({ file }) => file !== DROP_IN);
  if (!undo) {
    refuseOthers(elsewhere);
    await refuseWithoutProgram(root);
  }
  const path = join(root, DROP_IN);
  const found = await readConfigFile(path);
  const wanted = undo ? null : WANTED;
  if (found === wanted || (!undo && elsewhere.length > 0)) {
    stdout.write(nothingToDo(undo, elsewhere));
    return 0;
  }
  stdout.write(difference(found, wanted));
  if (!yes) {
    stdout.write('\nNothing is changed yet: the same with --yes does it.\n');
    return 0;
  }
  await writeConfigFile(path, wanted);
  await refuseIneffective(nfsconf, wanted);
  stdout.write(`\n${wanted === null ? 'Taken back. ' : 'Done. '}${RESTART}`);
  return 0;
}

/** Who runs another callout must decide himself: rpc.statd has only one. */
function refuseOthers(elsewhere: readonly NfsConfValue[]): void {
  const other = elsewhere.find(({ value }) => value !== CALLOUT);
  if (other === undefined) return;
  throw new Fault(
    'bad-node',
    `${other.file} has rpc.statd run ${printable(other.value)}: take that out first`,
    {
      subject: other.file,
      found: other.value,
      wanted: CALLOUT,
    },
  );
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

/** What nfs-utils makes of it: an older one may not read drop-ins. Without nfsconf(8) it is taken for granted. */
async function refuseIneffective(nfsconf: string, wanted: string | null): Promise<void> {
  const said = await runCommand([nfsconf, '--get', 'statd', 'ha-callout'], NFSCONF_WITHIN).catch(() => null);
  if (said === null || (said.stdout.trim() === CALLOUT) === (wanted !== null)) return;
  throw new Fault(
    'bad-node',
    `${DROP_IN} is written, but nfs-utils reads ${printable(said.stdout.trim()) || 'nothing'}`,
    {
      subject: DROP_IN,
    },
  );
}

function nothingToDo(undo: boolean, elsewhere: readonly NfsConfValue[]): string {
  const [there] = elsewhere.filter(({ value }) => value === CALLOUT);
  if (undo && there !== undefined)
    return `${there.file} sets it up, which is not ours to change: take it out there.\n`;
  if (undo) return 'It is not set up: nothing to undo.\n';
  return `It is set up already, in ${there?.file ?? DROP_IN}.\n`;
}

function difference(found: string | null, wanted: string | null): string {
  const lines = (sign: string, text: string | null) =>
    (text?.replace(/\n$/, '').split('\n') ?? []).map((line) => `${sign}${printable(line, 500)}`);
  const name = (text: string | null) => (text === null ? '/dev/null' : DROP_IN);
  const diff = [`--- ${name(found)}`, `+++ ${name(wanted)}`, ...lines('-', found), ...lines('+', wanted)];
  return `${diff.join('\n')}\n`;
}
