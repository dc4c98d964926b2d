import { callout } from './callout.ts';
import type { Check } from './check.ts';
import { clocks } from './clocks.ts';
import { clusterAnswers } from './cluster-answers.ts';
import { exportRelease } from './export-release.ts';
import { fencing } from './fencing.ts';
import { fileHandles } from './file-handles.ts';
import { graceLengthCheck } from './grace-length.ts';
import { graceWays } from './grace-ways.ts';
import { keeperVerdict } from './keeper-verdict.ts';
import { lockStore } from './lock-store.ts';
import { nameService } from './name-service.ts';
import { nfsMounts } from './nfs-mounts.ts';
import { NODE_CHECKS } from './node-checks.ts';
import { ports } from './ports.ts';
import { resourceOrder } from './resource-order.ts';
import { selinuxLabel } from './selinux-label.ts';
import { served } from './served.ts';
import { sharedStorage } from './shared-storage.ts';
import { statdPath } from './statd-path.ts';
import { statusMonitor } from './status-monitor.ts';
import { timeouts } from './timeouts.ts';

/** Everything that can lose a lock on this node, or across the cluster as this node sees it. */
export const ALL_CHECKS: readonly Check[] = [
  ...NODE_CHECKS,
  ...[statdPath, selinuxLabel, statusMonitor, callout, graceWays, nfsMounts, ports, clocks],
  ...[clusterAnswers, fencing],
  ...[resourceOrder, exportRelease, timeouts],
  ...[sharedStorage, lockStore, keeperVerdict, served, nameService, graceLengthCheck, fileHandles],
];
