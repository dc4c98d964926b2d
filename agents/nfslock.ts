import type { Finding } from '../lib/checks/index.ts';
import { Fault } from '../lib/fault.ts';
import type { KeeperOptions, MonitorOptions, Verdict } from '../lib/keeper/index.ts';
import type { MigrationOptions } from '../lib/keeper/migration.ts';
import type { Service } from '../lib/node/service.ts';
import { type Agent, type Call, degraded, failed, notRunning, succeeded } from '../lib/ocf/index.ts';
import { nfslockParameters, serviceName, serviceOf } from './nfslock-parameters.ts';

type NfslockParameters = typeof nfslockParameters;

/** What the agent's actions work with. */
export interface NfslockTools {
  /** Lockferry's version. */
  readonly version: string;
  readonly isStarted: (name: string) => Promise<boolean>;
  readonly startKeeper: (options: KeeperOptions) => Promise<Verdict>;
  readonly monitorKeeper: (options: MonitorOptions) => Promise<Verdict>;
  readonly stopKeeper: (
    options: Pick<KeeperOptions, 'keeper' | 'deadline'> & { name: string },
  ) => Promise<string[]>;
  readonly handOverKeeper: (options: MigrationOptions) => Promise<void>;
  readonly takeOverKeeper: (options: MigrationOptions) => Promise<Verdict>;
  /** How to start a keeper. */
  readonly keeper: KeeperOptions['keeper'];
  readonly checkNode: (service: Service) => Promise<Finding[]>;
}

/** The agent `ocf:lockferry:nfslock`: one per NFS service, between its file system and its exports and address. */
export function nfslock(tools: NfslockTools): Agent<NfslockParameters> {
  const keeperOptions = (call: Call<NfslockParameters>) => ({
    service: serviceOf(call.instance, call.values()),
    keeper: tools.keeper,
    deadline: call.deadline,
  });
  return {
    name: 'nfslock',
    version: tools.version,
    shortdesc: 'Carries NFSv3 file locks across a failover',
    longdesc: `Carries the NFSv3 file locks of one NFS service across a failover. While the service runs, the monitor
records of rpc.statd are captured into a lock store on shared storage. The node that adopts the service opens a
grace period, waits until address, NFS and NLM are there, and tells each client's status monitor, so that the clients
reclaim their locks.

There is one nfslock for each NFS service. Place it after the service's file system and before its exports and its
floating address, so that it starts before any client can reach the service and stops after the last one is gone.

With meta attribute allow-migrate=true it is handed over without being stopped first, where shared_dir is on storage that all
nodes see and that does not move with the service.`,
    parameters: nfslockParameters,
    actions: {
      start: {
        summary: 'Takes over the lock store, conveys former records, opens grace, captures',
        // Taking over waits for the shared storage, which after a failover can take as long as Filesystem's start.
        timeout: 60,
        run: async (call) => {
          const options = keeperOptions(call);
          judge(await tools.checkNode(options.service), call);
          return started(await tools.startKeeper(options), call);
        },
      },
      stop: {
        summary: 'Captures for the last time, releases the locks, ends the keeper',
        // Bounded by the keeper to well under this, whatever the storage does; more than this would delay fencing.
        timeout: 20,
        run: async ({ instance, deadline, log }) => {
          const name = serviceName(instance);
          if (name === null) return succeeded;
          for (const undone of await tools.stopKeeper({ name, deadline, keeper: tools.keeper }))
            log.warn(undone);
          return succeeded;
        },
      },
      monitor: {
        summary: 'Says whether the service runs here and its locks are safe (alias: status)',
        timeout: 20,
        interval: 10,
        depths: [0],
        run: async (call) => {
          const name = serviceName(call.instance);
          if (name === null || !(await tools.isStarted(name))) return notRunning;
          if (call.probe) return succeeded;
          return monitored(await tools.monitorKeeper({ ...keeperOptions(call), given: call.given() }));
        },
      },
      'reload-agent': {
        summary: 'Takes up changed parameters: another keeper goes on in place, and nobody is told',
        timeout: 60,
        run: async (call) => {
          const name = serviceName(call.instance);
          if (name === null || !(await tools.isStarted(name))) return notRunning;
          return started(await tools.startKeeper(keeperOptions(call)), call);
        },
      },
      migrate_to: {
        summary: 'Makes all that was captured durable, and lets the other node take over',
        timeout: 20,
        run: async (call) => {
          const name = serviceName(call.instance);
          if (name === null || !(await tools.isStarted(name))) return notRunning;
          await tools.handOverKeeper({ ...keeperOptions(call), to: targetOf(call) });
          return succeeded;
        },
      },
      migrate_from: {
        summary: 'Takes over what another node has handed over; does what start does',
        timeout: 60,
        run: async (call) => {
          const options = { ...keeperOptions(call), to: targetOf(call) };
          judge(await tools.checkNode(options.service), call);
          return started(await tools.takeOverKeeper(options), call);
        },
      },
      'validate-all': {
        summary: 'Checks the parameters; with OCF_CHECK_LEVEL=10, this node too',
        timeout: 20,
        depths: [0, 10],
        run: async (call) => {
          // Tools validate a configuration before there is a resource that has a name.
          const service = serviceOf(call.instance ?? 'unnamed', call.values());
          if (call.checkLevel >= 10) judge(await tools.checkNode(service), call);
          return succeeded;
        },
      },
    },
  };
}

/** @throws Fault where nobody says to which node the service migrates: then it is not the cluster that asks. */
function targetOf({ migrateTarget }: Call<NfslockParameters>): string {
  if (migrateTarget !== null) return migrateTarget;
  throw new Fault('failed', 'nothing migrates: OCF_RESKEY_CRM_meta_migrate_target is not set');
}

/** @throws Fault for the first finding with which the service cannot work on this node. */
function judge(findings: readonly Finding[], { log }: Call<NfslockParameters>): void {
  for (const finding of findings) {
    if (finding.verdict !== 'warning' && finding.verdict !== 'bad') continue;
    const { evidence, cure } = finding;
    if (finding.verdict === 'bad' && finding.fault !== undefined)
      throw new Fault(finding.fault, evidence, { cure });
    log.warn(`${evidence}; ${cure}`);
  }
}

/** Pacemaker wants 0 from a start; that the locks are at risk is the monitor's to report, from then on. */
function started({ state, reason }: Verdict, { log }: Call<NfslockParameters>) {
  if (state === 'failed') return failed(reason);
  if (reason !== null) log.warn(reason);
  return succeeded;
}

function monitored({ state, reason }: Verdict) {
  if (state === 'ok') return succeeded;
  return state === 'degraded' ? degraded(reason) : failed(reason);
}
