import yargs from 'yargs';
import { sentenceOf } from '../fault.ts';
import { printableSentence } from '../printable.ts';
import { VERSION } from '../version.ts';
import { CLIENTS_SUMMARY, clients, clientsOptions } from './clients.ts';
import { DOCTOR_SUMMARY, doctor, doctorOptions } from './doctor.ts';
import type { Means } from './means.ts';
import { NOTIFY_SUMMARY, notify, notifyOptions } from './notify.ts';
import { REPORT_SUMMARY, report, reportOptions } from './report.ts';
import { RESTORE_SUMMARY, restore, restoreOptions } from './restore.ts';
import { SETUP_SUMMARY, setupAll, setupCommands } from './setup.ts';
import { SNAPSHOT_SUMMARY, snapshot, snapshotOptions } from './snapshot.ts';
import { STATUS_SUMMARY, status, statusOptions } from './status.ts';
import { type Terminal, WIDTH } from './terminal.ts';

/** A command line that cannot be understood ends with this code, a command that fails with 1. */
const USAGE_ERROR = 2;

/** What a command line asks for. @returns the exit code */
type Command = () => Promise<number>;

/**
 * Runs `lockferry`.
 * @param argv the arguments after the program.
 * @returns the exit code.
 */
export async function run(argv: readonly string[], terminal: Terminal, means: Means): Promise<number> {
  const complain = (error: unknown, hint = '') =>
    terminal.stderr.write(`lockferry: ${printableSentence(sentenceOf(error), 500)}${hint}\n`);
  let command: Command;
  try {
    command = await parse(argv, terminal, means);
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
async function parse(argv: readonly string[], terminal: Terminal, means: Means): Promise<Command> {
  let command: Command = async () => 0;
  const parser = yargs()
    .scriptName('lockferry')
    .usage('lockferry COMMAND [OPTION]...')
    .usage('Carries NFSv3 file locks across a failover.')
    .command('status', STATUS_SUMMARY, statusOptions, (options) => {
      command = () => status(options, terminal, means);
    })
    .command('clients [service]', CLIENTS_SUMMARY, clientsOptions, (options) => {
      command = () => clients(options, terminal, means);
    })
    .command('report [service]', REPORT_SUMMARY, reportOptions, (options) => {
      command = () => report(options, terminal, means);
    })
    .command('snapshot', SNAPSHOT_SUMMARY, snapshotOptions, (options) => {
      command = () => snapshot(options, terminal, means);
    })
    .command('restore', RESTORE_SUMMARY, restoreOptions, (options) => {
      command = () => restore(options, terminal, means);
    })
    .command('notify', NOTIFY_SUMMARY, notifyOptions, ({ ip: addresses, ...options }) => {
      command = () => notify({ ...options, addresses }, terminal, means);
    })
    .command('doctor', DOCTOR_SUMMARY, doctorOptions, (options) => {
      command = () => doctor(options, terminal, means);
    })
    .command(
      'setup',
      SETUP_SUMMARY,
      (setup) =>
        setupCommands(setup, terminal, (act) => {
          command = act;
        }),
      (options) => {
        command = () => setupAll(options, terminal);
      },
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
