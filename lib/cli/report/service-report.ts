import { sentenceOf } from '../../fault.ts';
import { readEventFile } from '../../node/event-file.ts';
import { RuntimeDirectory, startedServices } from '../../node/runtime-directory.ts';
import { printable } from '../../printable.ts';
import type { Means } from '../means.ts';
import { servicesHere } from '../services-here.ts';
import { askOnce, READ_WITHIN } from '../storage/session.ts';
import { type RecoveryReport, recoveryReport } from './recovery-report.ts';

/** What `lockferry report` knows of one service. This is its JSON, too. */
export interface ServiceReport {
  readonly service: string;
  readonly sharedDir: string | null;
  /** Null where the store cannot be read; then `problem` says why. */
  readonly recovery: RecoveryReport | null;
  readonly problem: string | null;
}

/** Reports on the services of this node, or on the one of this name. @throws Fault where that one is not started. */
export async function reportsHere(service: string | undefined, means: Means): Promise<ServiceReport[]> {
  const here = await servicesHere(service, means.runtime);
  return Promise.all(
    here.map(async (each) => {
      if (each.sharedDir === null) return { ...each, recovery: null };
      return reportOnStore(each.service, each.sharedDir, means);
    }),
  );
}

/** Reports on a store, with the event log of its service where that is started on this node. */
export async function reportOnStore(
  service: string,
  sharedDir: string,
  { storage, runtime }: Means,
): Promise<ServiceReport> {
  const doing = `reading the lock store in ${printable(sharedDir)}`;
  try {
    const state = await askOnce(storage, 'read', sharedDir, { within: READ_WITHIN, doing });
    // What a store says is not made a path before it is known to be one of ours.
    const isHere = (await startedServices(runtime)).includes(state.service);
    const events = isHere ? await readEventFile(new RuntimeDirectory(state.service, runtime).eventFile) : [];
    const recovery = recoveryReport(sharedDir, state, events);
    return { service: state.service, sharedDir, recovery, problem: null };
  } catch (error) {
    return { service, sharedDir, recovery: null, problem: sentenceOf(error) };
  }
}
