import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { sentenceOf } from '../fault.ts';
import { printable } from '../printable.ts';
import type { StoreState } from '../store/index.ts';
import { type ClientEntry, clientList } from './client-list.ts';
import { clientsText } from './clients-text.ts';
import { jsonText } from './json-text.ts';
import type { Means } from './means.ts';
import { jsonOption, onceEach, serviceOrStore, sharedDirOption } from './options.ts';
import { servicesHere } from './services-here.ts';
import { askOnce, READ_WITHIN } from './storage/session.ts';
import type { Terminal } from './terminal.ts';

export interface ClientsOptions {
  /** A service of this node; undefined: all of them. */
  readonly service: string | undefined;
  /** A lock store to read instead. */
  readonly sharedDir: string | undefined;
  readonly json: boolean;
}

/** What `lockferry clients` knows of one service. This is its JSON, too. */
export interface ServiceClients {
  readonly service: string;
  readonly sharedDir: string | null;
  /** Null where the store cannot be read; then `problem` says why. */
  readonly clients: readonly ClientEntry[] | null;
  readonly problem: string | null;
}

export const CLIENTS_SUMMARY = 'List clients: their state, and what they were told';

const HELP = `Reads lock stores and changes nothing. Prints JSON as one object on one line,
{"services":[...]}. Each service has
  service      its name
  sharedDir    directory of its lock store
  clients      a list, sorted by client; null if the store cannot be read
  problem      why it cannot be read, or null
and each client
  client       as the lock manager named it, in lower case
  phase        "recorded", "conveyed", "answered", "told", "present", "back" or
               "missed"; lockferry status --help and README.md explain them
  number       the NSM state number that it was sent last, or that sm-notify has to
               tell it after a restore, or null
  names        what came of each announced name: {"nfs.example.com":"answered"}
  at           when that was noted, in milliseconds since 1970; of a client of
               which there is a record only, when statd wrote that

Exit code: 0 if all stores were read, else 1.`;

/** Declares the options of `lockferry clients`. */
export function clientsOptions(yargs: Argv) {
  return yargs
    .usage('lockferry clients [SERVICE | --shared-dir DIR] [--json]')
    .usage(`${CLIENTS_SUMMARY}. Run it as root.`)
    .positional('service', { type: 'string', describe: 'A service that is started on this node' })
    .option('shared-dir', { ...sharedDirOption, describe: 'Read the lock store in this directory' })
    .option('json', jsonOption)
    .check(onceEach('shared-dir'))
    .check(serviceOrStore)
    .example('lockferry clients', 'those of all services of this node')
    .example('lockferry clients --shared-dir /srv/nfs/.lockferry', 'of a store, from any node')
    .epilogue(HELP);
}

/** Prints the clients. @returns the exit code. @throws Fault where a service is not started here. */
export async function clients(options: ClientsOptions, { stdout }: Terminal, means: Means): Promise<number> {
  const { sharedDir, json } = options;
  const services =
    sharedDir === undefined
      ? await ofThisNode(options.service, means)
      : [await inStore('', resolve(sharedDir), means)];
  if (json) stdout.write(jsonText({ services }));
  else stdout.write(services.map(clientsText).join('\n') || 'No service is started on this node.\n');
  return services.every(({ problem }) => problem === null) ? 0 : 1;
}

async function ofThisNode(service: string | undefined, means: Means): Promise<ServiceClients[]> {
  const here = await servicesHere(service, means.runtime);
  return Promise.all(
    here.map(async ({ service: name, sharedDir, problem }) => {
      if (sharedDir === null) return { service: name, sharedDir, clients: null, problem };
      return inStore(name, sharedDir, means);
    }),
  );
}

async function inStore(service: string, sharedDir: string, { storage }: Means): Promise<ServiceClients> {
  const doing = `reading the lock store in ${printable(sharedDir)}`;
  let state: StoreState;
  try {
    state = await askOnce(storage, 'read', sharedDir, { within: READ_WITHIN, doing });
  } catch (error) {
    return { service, sharedDir, clients: null, problem: sentenceOf(error) };
  }
  return { service: state.service, sharedDir, clients: clientList(state), problem: null };
}
