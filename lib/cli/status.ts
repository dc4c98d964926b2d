import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { startedServices } from '../node/runtime-directory.ts';
import { nodeName } from '../node/this-node.ts';
import { printable } from '../printable.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { metricsText } from './metrics-text.ts';
import { jsonOption, onceEach, sharedDirOption } from './options.ts';
import { putFile } from './put-file.ts';
import { type ServiceStatus, statusFromKeeper, statusFromStore } from './service-status.ts';
import { statusText } from './status-text.ts';
import { askOnce, READ_WITHIN } from './storage/session.ts';
import type { Terminal } from './terminal.ts';
import { watch } from './watch/watch.ts';

export interface StatusOptions {
  /** A lock store to read; undefined: ask the keepers of this node. */
  readonly sharedDir: string | undefined;
  readonly json: boolean;
  /** Show it again and again, until a signal comes. */
  readonly watch: boolean;
  /** Where metrics go; `-`: standard output; undefined: none are wanted. */
  readonly prometheus: string | undefined;
}

/** How long a keeper may take to answer, milliseconds. */
const ANSWER_WITHIN = 2000;

export const STATUS_SUMMARY = 'Show the services of this node, or what a lock store says';

const HELP = `--watch asks again every second, until Ctrl-C. On a terminal it shows a picture,
with a bar for each recovery; elsewhere it prints a line for each change.

--prometheus writes metrics in Prometheus's text format, the file as a whole at
once, for the textfile collector of node_exporter: run it by cron or a timer.

--json prints JSON as one object on one line, {"services":[...]}. Each has
  service      its name
  source       "keeper" or "store": who says so
  sharedDir    directory of its lock store
  phase        "adopting", "recovering", "settling", "capturing", "stopping",
               "failed", "stopped" (a store whose owner left in order)
  verdict      {state, reason}; state is "ok", "degraded", "failed" or
               "unanswering" (its keeper does not answer)
  owner        {node, epoch, since}; since in milliseconds since 1970
  stateNumber  the NSM state number that was reserved last
  clients      {recorded, conveyed, answered, told, present, back, missed}
  lag          milliseconds that the oldest change waits to become durable
  unprotected  clients whose newest records are not durable
  lastRecovery {at, clients, back, missed, missedClients}; missedClients: the
               names of some; null: nobody had to be told since the epoch began
  graceLeft    in a recovery, milliseconds of grace that are left at least
  waitingFor   what the recovery waits for, a list
  problems     what was set aside, a list
  keeper       {pid, version}
where null is what is not known. The verdict on a store is on its bytes only.

Exit code: 0 all is well, or with --prometheus: the metrics are written; 1 a
service is degraded or failed, a keeper does not answer, or something cannot be
read, which standard error then says.`;

/** Declares the options of `lockferry status`. */
export function statusOptions(yargs: Argv) {
  return yargs
    .usage('lockferry status [--shared-dir DIR] [OPTION]')
    .usage(`${STATUS_SUMMARY}. Run it as root.`)
    .option('shared-dir', {
      ...sharedDirOption,
      describe: 'Read the lock store in this directory, and change nothing',
    })
    .option('json', jsonOption)
    .option('watch', { type: 'boolean', default: false, describe: 'Show it live, until Ctrl-C' })
    .option('prometheus', {
      ...{ type: 'string', requiresArg: true },
      describe: 'Write metrics into this file (-: print them)',
    })
    .check(onceEach('shared-dir', 'prometheus'))
    .check(({ watch, json, prometheus }) => {
      const given = [watch, json, prometheus !== undefined].filter((each) => each);
      if (given.length > 1) throw new Error('give one of --watch, --json and --prometheus');
      return true;
    })
    .example('lockferry status', 'the services of this node')
    .example('lockferry status --shared-dir /srv/nfs/.lockferry', 'the store, from any node')
    .epilogue(HELP);
}

/** Prints what is known. @returns the exit code. @throws Fault where the store cannot be read in time. */
export async function status(options: StatusOptions, terminal: Terminal, means: Means): Promise<number> {
  const { sharedDir, json } = options;
  const ask = async () =>
    sharedDir === undefined ? await ofThisNode(means.runtime) : [await ofStore(resolve(sharedDir), means)];
  if (options.watch) {
    const last = await watch({ of: sharedDir ?? nodeName(), ask }, terminal, means);
    return last.problem === null && areWell(last.services) ? 0 : 1;
  }
  const services = await ask();
  if (options.prometheus !== undefined) {
    if (options.prometheus === '-') terminal.stdout.write(metricsText(services));
    else await putFile(resolve(options.prometheus), metricsText(services));
    return 0;
  }
  if (json) terminal.stdout.write(jsonText({ services }));
  else terminal.stdout.write(services.map(statusText).join('\n') || 'No service is started on this node.\n');
  return areWell(services) ? 0 : 1;
}

function areWell(services: readonly ServiceStatus[]): boolean {
  return services.every(({ verdict }) => verdict.state === 'ok');
}

async function ofStore(path: string, { storage }: Means): Promise<ServiceStatus> {
  const doing = `reading the lock store in ${printable(path)}`;
  return statusFromStore(path, await askOnce(storage, 'read', path, { within: READ_WITHIN, doing }));
}

async function ofThisNode(runtime: string | undefined): Promise<ServiceStatus[]> {
  const deadline = Date.now() + ANSWER_WITHIN;
  const names = await startedServices(runtime);
  const services = await Promise.all(names.map((name) => statusFromKeeper(name, deadline, runtime)));
  return services.filter((service) => service !== null);
}
