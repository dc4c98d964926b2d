import type { Report } from '../keeper/index.ts';
import type { runCommand } from '../node/command.ts';
import type { StoreState } from '../store/index.ts';
import type { Cib } from './cluster/cib.ts';
import type { RoundTrip } from './monitor-round-trip.ts';

/** The node that is checked; a test gives another. */
export interface CheckedNode {
  /** `process.versions.node`. */
  readonly nodeVersion: string;
  /** The root of its file system. */
  readonly root: string;
  /** Where its programs are. */
  readonly path: string;
}

/** What `lockferry doctor` has besides: all of it is bounded in time, and what is asked twice is done once. */
export interface ExaminedNode extends CheckedNode {
  /** As uname(2) calls it. */
  readonly name: string;
  readonly run: typeof runCommand;
  /** The configuration of the cluster. @throws Fault where Pacemaker does not say */
  readonly cluster: () => Promise<Cib>;
  /** What a lock store says, read by a process that can be left behind. @throws Fault */
  readonly store: (directory: string) => Promise<StoreState>;
  /** Has rpc.statd monitor a client that is none. @throws Fault */
  readonly roundTrip: () => Promise<RoundTrip>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What the keeper of a service that is started here says. @throws Fault */
  readonly keeper: (name: string) => Promise<Report>;
  /** Addresses that are up on this node now. */
  readonly localAddresses: () => Set<string>;
}
