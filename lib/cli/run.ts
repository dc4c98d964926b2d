import yargs from 'yargs';
import { sentenceOf } from '../fault.ts';
import { printable } from '../printable.ts';
import { VERSION } from '../version.ts';
import { SETUP_SUMMARY, setupCommands } from './setup.ts';
import { STATUS_SUMMARY, status, statusOptions } from './status.ts';
import { type Terminal, WIDTH } from './terminal.ts';

/** A command line that cannot be understood ends with this code, a command that fails with 1. */
const USAGE_ERROR = 2;

/** What a command line asks for. @returns the exit code */
type Command = () => Promise<number>;

/**
 * Runs `lockferry`.
 * @param argv the arguments after the program.
 * @param runtime where the services' run-time directories are; undefined: at their usual place.
 * @returns the exit code.
 */
export async function run(argv: readonly string[], terminal: Terminal, runtime?: string): Promise<number> {
  const complain = (error: unknown, hint = '') =>
    terminal.stderr.write(`lockferry: ${printable(sentenceOf(error), 500)}${hint}\n`);
  let command: Command;
  try {
    command = await parse(argv, terminal, runtime);
  } catch (error) {
    complain(error, ' (see lockferry --help)');
    return USAGE_ERROR;
  }
  try {
    return await command();
  } catch (error) {
    complain(error);
    return 1;
  }
}

/** @throws Error where the command line is not what a command takes */
async function parse(
  argv: readonly string[],
  terminal: Terminal,
  runtime: string | undefined,
): Promise<Command> {
  let command: Command = async () => 0;
  const parser = yargs()
    .scriptName('lockferry')
    .usage('lockferry COMMAND [OPTION]...')
    .usage('Carries NFSv3 file locks across a failover.')
    .command('status', STATUS_SUMMARY, statusOptions, ({ sharedDir, json }) => {
      command = () => status({ sharedDir, json, runtime }, terminal);
    })
    .command('setup', SETUP_SUMMARY, (setup) =>
      setupCommands(setup, terminal, (act) => {
        command = act;
      }),
    )
    .example('lockferry status --json', 'the services of this node, for a program')
    .demandCommand(1, 'a command is needed')
    .strict()
    .detectLocale(false)
    .parserConfiguration({ 'boolean-negation': false })
    .version(VERSION)
    .wrap(WIDTH)
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
  await parser.parseAsync([...argv], {}, (_error, _argv, help) => {
    if (help !== '') terminal.stdout.write(`${help}\n`);
  });
  return command;
}
