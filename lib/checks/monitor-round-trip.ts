import { readFile } from 'node:fs/promises';
import { unmonitorCall } from '../convey/unmonitor-call.ts';
import { Fault } from '../fault.ts';
import { parseHosts } from '../node/hosts-file.ts';
import { EXAMINER } from '../nsm/examiner.ts';
import type { StatdOwner } from '../nsm/statd-directory.ts';
import { callHere, type RpcbindHost } from '../rpc/index.ts';
import { witnessCallout } from './callout-witness.ts';
import { isMonitored, monitorCall } from './monitor-call.ts';

/** What it was like to have rpc.statd monitor a client. */
export interface RoundTrip {
  /** Who it was; from /etc/hosts, so that no DNS server has a part in it. */
  readonly client: string;
  /** Milliseconds until rpc.statd had written it down, callout and all. */
  readonly took: number;
  /** Whether rpc.statd ran Lockferry's callout for it. */
  readonly called: boolean;
}

export interface RoundTripOptions {
  /** Where the callout finds its doors. */
  readonly doors: string;
  /** The owner of statd's `sm/`. */
  readonly user: StatdOwner;
  readonly hostsFile?: string;
  readonly host?: RpcbindHost;
}

/** A callout that hangs holds rpc.statd up, milliseconds. */
const WITHIN = 8_000;

/**
 * By these rpc.statd tells the line from a lock manager's own: procedure 24 is the other one of the two that it takes
 * (nfs-utils, utils/statd/monitor.c sm_mon_1_svc()).
 */
const OURS = { myName: EXAMINER, program: 100021, version: 4, procedure: 24 } as const;

/**
 * Has rpc.statd monitor a client, as a lock manager does before it grants that one's first lock, and takes it back.
 * @throws Fault where rpc.statd does not answer, or refuses
 */
export async function monitorRoundTrip(options: RoundTripOptions): Promise<RoundTrip> {
  const { doors, user, hostsFile = '/etc/hosts', host = { timeout: WITHIN } } = options;
  const client = await knownName(hostsFile);
  const monitored = { ...OURS, monName: client };
  const witness = await witnessCallout(doors, user);
  const takeBack = () => callHere([unmonitorCall(monitored)], host).catch(() => undefined);
  try {
    // One of us that was killed may have left it: rpc.statd would not call for what it monitors already.
    await takeBack();
    const began = performance.now();
    const [results] = await callHere([monitorCall(monitored)], host);
    const took = performance.now() - began;
    if (results === undefined || !isMonitored(results)) {
      throw new Fault('failed', `rpc.statd refused to monitor ${client}`, {
        cure: 'see the system log, and whether it can write its directory',
      });
    }
    return { client, took, called: await witness.hasSeen(client) };
  } finally {
    await takeBack();
    await witness.leave();
  }
}

/** This node itself, preferably: no client of anybody's. */
async function knownName(hostsFile: string): Promise<string> {
  const { names } = parseHosts(await readFile(hostsFile, 'latin1'));
  const [name] = names.get('127.0.0.1') ?? [...names.values()].flat();
  if (name !== undefined) return name;
  throw new Fault('bad-node', `${hostsFile} names nobody`, { cure: 'add "127.0.0.1 localhost" to it' });
}
