import yargs from 'yargs';
import { sentenceOf } from '../fault.ts';
import { printable } from '../printable.ts';
import { VERSION } from '../version.ts';
import { STATUS_SUMMARY, status, statusOptions } from './status.ts';
import { type Terminal, WIDTH } from './terminal.ts';

/** A command line that cannot be understood ends with this code, anything else that fails with 1. */
const USAGE_ERROR = 2;

/** The command line is not what a command takes. */
class UsageError extends Error {}

/**
 * Runs `lockferry`.
 * @param argv the arguments after the program.
 * @param runtime where the services' run-time directories are, if not at their usual place.
 * @returns the exit code.
 */
export async function run(argv: readonly string[], terminal: Terminal, runtime?: string): Promise<number> {
  let code = 0;
  const parser = yargs()
    .scriptName('lockferry')
    .usage('lockferry COMMAND [OPTION]...\n\nCarries NFSv3 file locks across a failover.')
    .command('status', STATUS_SUMMARY, statusOptions, async ({ sharedDir, json }) => {
      code = await status({ sharedDir, json, ...(runtime === undefined ? {} : { runtime }) }, terminal);
    })
    .example('lockferry status --json', 'the services of this node, for a program')
    .demandCommand(1, 1, 'a command is needed', 'unknown argument')
    .strict()
    .detectLocale(false)
    .parserConfiguration({ 'boolean-negation': false })
    .version(VERSION)
    .wrap(WIDTH)
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    });
  try {
    await parser.parseAsync([...argv], {}, (_error, _argv, output) => {
      if (output !== '') terminal.stdout.write(`${output}\n`);
    });
    return code;
  } catch (error) {
    const usage = error instanceof UsageError;
    const hint = usage ? ' (see lockferry --help)' : '';
    terminal.stderr.write(`lockferry: ${printable(sentenceOf(error), 500)}${hint}\n`);
    return usage ? USAGE_ERROR : 1;
  }
}
