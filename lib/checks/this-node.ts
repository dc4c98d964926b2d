import { dirname, join } from 'node:path';
import { Fault } from '../fault.ts';
import { askKeeper } from '../keeper/index.ts';
import { runChecked, runCommand } from '../node/command.ts';
import { SYSTEM_PATH } from '../node/program.ts';
import { RuntimeDirectory, SERVICES_DIRECTORY } from '../node/runtime-directory.ts';
import { findStatdDirectory } from '../node/statd-directory.ts';
import { localAddresses, nodeName } from '../node/this-node.ts';
import { ownerOf, statdDirectory } from '../nsm/statd-directory.ts';
import type { StoreState } from '../store/index.ts';
import { parseCib } from './cluster/cib.ts';
import type { ExaminedNode } from './examined-node.ts';
import { monitorRoundTrip } from './monitor-round-trip.ts';

/** cibadmin(8) asks a daemon of this node; a keeper answers at once; milliseconds. */
const CLUSTER_WITHIN = 8_000;
const KEEPER_WITHIN = 3_000;
/** A large cluster's configuration and state, as XML, take some MiB, of which each takes a third of a second to parse; bytes. */
const CIB_LIMIT = 16 << 20;

export interface ThisNodeOptions {
  readonly cluster: ExaminedNode['cluster'];
  /** Reads a lock store in bounded time. */
  readonly store: (directory: string) => Promise<StoreState>;
  /** statd's directory; null: the one that this system uses. */
  readonly statdDir: string | null;
  /** Where the services' run-time directories are. */
  readonly runtime?: string | undefined;
}

/** Asks this node's Pacemaker for its configuration, once. @param query the command that prints it */
export function thisCluster(query = ['cibadmin', '--query', '--local']): ExaminedNode['cluster'] {
  return once(async () => parseCib(await runChecked(query, CLUSTER_WITHIN, CIB_LIMIT)));
}

/** The node that this runs on. */
export function thisNode(options: ThisNodeOptions): ExaminedNode {
  const { runtime = SERVICES_DIRECTORY, statdDir, cluster } = options;
  const stores = new Map<string, Promise<StoreState>>();
  return {
    ...{ nodeVersion: process.versions.node, root: '/', path: SYSTEM_PATH, name: nodeName() },
    ...{ run: runCommand, localAddresses: () => localAddresses(), now: Date.now },
    cluster,
    roundTrip: once(async () => {
      const user = ownerOf(statdDirectory(await findStatdDirectory(statdDir)));
      if (user === null)
        throw new Fault('bad-node', "statd's directory has no sm/", { cure: 'start rpc-statd' });
      return monitorRoundTrip({ doors: join(dirname(runtime), 'callout'), user });
    }),
    store(directory) {
      const known = stores.get(directory) ?? options.store(directory);
      stores.set(directory, known);
      return known;
    },
    keeper: (name) =>
      askKeeper(new RuntimeDirectory(name, runtime).socket, 'report', Date.now() + KEEPER_WITHIN),
  };
}

/** What is asked twice is done once. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => {
    result ??= act();
    return result;
  };
}
