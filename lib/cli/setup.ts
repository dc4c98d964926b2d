import type { Argv } from 'yargs';
import { nodeSetup } from './node-setup.ts';
import { DROP_IN, PARTS } from './setup-file.ts';
import type { Terminal } from './terminal.ts';

export const SETUP_SUMMARY = 'Set this node up for Lockferry';
const CALLOUT_SUMMARY = 'Have rpc.statd wait until a client is recorded';

const WRITTEN = `It is shown first, and done only with --yes; doing it twice changes nothing.
rpc.statd reads it when it starts.

Exit code: 0 it is set up, or undone, or was shown; 1 it cannot be done, which
standard error then says.`;

const HELP = `What lockferry doctor wants of a node, and no more: with the statd callout a
client gets its first lock only when its record is durable in the lock store of
every service of this node; sm-notify runs neither when rpc.statd starts nor
when the node boots, for it would tell clients under the wrong name and outside
grace; and it does not end the grace period. That takes one file of our own,
${DROP_IN}, and a link to /dev/null in the place of
rpc-statd-notify.service (it is masked). --undo takes away what was made here.

${WRITTEN}`;

const CALLOUT_HELP = `With the statd callout a client gets its first lock only when its record is
durable in the lock store of every service of this node. It is set up by a file
of its own, ${DROP_IN}.

${WRITTEN}`;

/**
 * Declares what can be set up.
 * @param choose is given what the command line asks for, which resolves to the exit code.
 */
export function setupCommands(yargs: Argv, terminal: Terminal, choose: (act: () => Promise<number>) => void) {
  return setupOptions(yargs)
    .usage('lockferry setup [callout] [--undo] [--yes]')
    .usage(`${SETUP_SUMMARY}. Run it as root, on each node.`)
    .command('callout', CALLOUT_SUMMARY, calloutOptions, ({ undo, yes }) =>
      choose(() => nodeSetup({ parts: ['callout'], undo, yes }, terminal)),
    )
    .example('lockferry setup', 'show what would be changed')
    .example('lockferry setup --yes', 'change it')
    .epilogue(HELP);
}

/** The set-up of everything. */
export function setupAll(
  { undo, yes }: { undo: boolean; yes: boolean },
  terminal: Terminal,
): Promise<number> {
  return nodeSetup({ parts: PARTS, undo, yes }, terminal);
}

function calloutOptions(yargs: Argv) {
  return setupOptions(yargs)
    .usage('lockferry setup callout [--undo] [--yes]')
    .usage(`${CALLOUT_SUMMARY}. Run it as root, on each node.`)
    .example('lockferry setup callout', 'show what would be changed')
    .example('lockferry setup callout --yes', 'change it')
    .epilogue(CALLOUT_HELP);
}

function setupOptions(yargs: Argv) {
  return yargs
    .option('undo', { type: 'boolean', default: false, describe: 'Take it back' })
    .option('yes', { type: 'boolean', default: false, describe: 'Do it, not only show it' });
}
