import { isGraceOn } from '../node/grace.ts';
import { endKernelGrace, kernelGraceNow } from '../node/kernel-grace.ts';
import { countLocks, type LockCount } from '../node/kernel-locks.ts';
import { areOnClusterFileSystem } from '../node/mount-table.ts';
import { NodeDirectory } from '../node/node-directory.ts';
import { releaseLocks } from '../node/release-locks.ts';
import { createResolver, type Resolver } from '../node/resolver.ts';
import type { Service } from '../node/service.ts';
import { statdAnswers } from '../node/statd-answers.ts';
import { wasStoppedAlone } from '../node/stopped-alone.ts';
import { localAddresses } from '../node/this-node.ts';
import { graceTime } from '../recover/grace-time.ts';
import { openGrace } from '../recover/open-grace.ts';
import { lacking } from '../recover/readiness.ts';
import type { SettlingMeans } from '../recover/settled-grace.ts';
import type { Disk } from '../store/index.ts';
import { graceNeed } from './grace-need.ts';
import { type AtWork, followProcesses } from './identities.ts';

/** What a keeper finds round it: the processes, addresses and grace of this node, its cluster, and the disk. */
export interface Surroundings {
  readonly atWork: () => Promise<AtWork>;
  /** Addresses that are up on this node now. */
  readonly localAddresses: () => ReadonlySet<string>;
  readonly statdAnswers: () => Promise<boolean>;
  readonly isGraceOn: typeof isGraceOn;
  readonly graceTime: typeof graceTime;
  readonly openGrace: typeof openGrace;
  /** What a reclaim needs besides address and grace and does not find yet. */
  readonly lacking: typeof lacking;
  readonly releaseLocks: typeof releaseLocks;
  /** How many locks the kernel's lock manager holds, and on the file systems of these directories. */
  readonly countLocks: (directories: readonly string[]) => Promise<LockCount>;
  readonly wasStoppedAlone: typeof wasStoppedAlone;
  readonly areOnClusterFileSystem: (directories: readonly string[]) => Promise<boolean>;
  readonly settling: SettlingMeans;
  readonly resolver: Resolver;
  /** What the services of this node share. */
  readonly node: NodeDirectory;
  /** Where the lock store is; the real one where it is left out. */
  readonly disk?: Disk;
}

/** What it takes to end the kernel's grace period early. */
export function settlingOn(atWork: Surroundings['atWork']): SettlingMeans {
  return {
    isOn: async () => (await kernelGraceNow()).on,
    end: () => endKernelGrace(),
    neededBy: async (name, lockManager) =>
      graceNeed({ name, lockManager }, (await atWork()).lockManager?.identity ?? null),
  };
}

/** This node as it is. */
export function realSurroundings({ lockManager }: Pick<Service, 'lockManager'>): Surroundings {
  const atWork = followProcesses(lockManager);
  return {
    ...{ atWork, statdAnswers, localAddresses, isGraceOn, graceTime, openGrace, lacking },
    ...{ releaseLocks, wasStoppedAlone, settling: settlingOn(atWork), resolver: createResolver({}) },
    areOnClusterFileSystem: (directories) => areOnClusterFileSystem(directories),
    countLocks: (directories) => countLocks(directories),
    node: new NodeDirectory(),
  };
}
