import type { Argv } from 'yargs';
import { SETUP_CALLOUT_SUMMARY, setupCallout, setupCalloutOptions } from './setup-callout.ts';
import type { Terminal } from './terminal.ts';

export const SETUP_SUMMARY = 'Set this node up for Lockferry';

/**
 * Declares what can be set up.
 * @param choose is given what the command line asks for, which resolves to the exit code.
 */
export function setupCommands(yargs: Argv, terminal: Terminal, choose: (act: () => Promise<number>) => void) {
  return yargs
    .usage('lockferry setup WHAT [OPTION]...')
    .usage(`${SETUP_SUMMARY}.`)
    .command('callout', SETUP_CALLOUT_SUMMARY, setupCalloutOptions, ({ undo, yes }) =>
      choose(() => setupCallout({ undo, yes }, terminal)),
    )
    .demandCommand(1, 'what to set up is needed: callout');
}
