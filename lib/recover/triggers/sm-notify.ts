import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { conveyPrivate, type Owner, removePrivate } from '../../convey/index.ts';
import { Fault } from '../../fault.ts';
import type { Log } from '../../node/event-log.ts';
import { statdDirectory } from '../../nsm/statd-directory.ts';
import type { StoredFile } from '../../store/index.ts';
import type { Announcement, NotifyOptions, NotifyTarget, Outcome } from '../notifier/index.ts';
import { type SmNotify, startSmNotify } from './sm-notify-process.ts';
import type { Tell } from './types.ts';

export interface SmNotifySettings {
  /** What the private statd directories of the runs begin with; their parent is root's. */
  readonly dir: string;
  /** Whose statd's `sm/` is: sm-notify runs as that user. */
  readonly owner: Owner;
  readonly log: Log;
  readonly start?: typeof startSmNotify;
}

/** sm-notify sends ten messages for each answer that it reads; with more clients than this it loses answers. */
const CLIENTS_OF_A_RUN = 100;
/** Milliseconds between two looks at what was answered. */
const LOOK_EVERY = 100;

/** One sm-notify: some clients, one name. */
interface Job {
  readonly directory: string;
  readonly announcement: Announcement;
  /** File name in `sm/` to the client. */
  readonly waiting: Map<string, NotifyTarget>;
}

interface RunningJob extends Job {
  readonly process: SmNotify;
}

/**
 * Tells clients by nfs-utils' sm-notify, on private statd directories: one for each announced name, with one file for
 * each client, named by its address where that is known, for sm-notify looks up what the file is called. A client has
 * answered when sm-notify has removed its file, which it does for nothing else (nfs-utils, utils/statd/sm-notify.c
 * recv_rpcbind_reply() and recv_nlm_reply()).
 * @throws Fault `failed` where sm-notify can announce none of the names; nobody was told then.
 */
export function tellBySmNotify(settings: SmNotifySettings): Tell {
  return async (options) => {
    const jobs = (await prepareJobs(settings, options)).map((job) => startJob(settings, options, job));
    try {
      await follow(settings, options, jobs);
    } finally {
      for (const { process } of jobs) await process.end();
      for (const { directory } of jobs) await removePrivate(directory);
    }
  };
}

async function prepareJobs({ dir, owner }: SmNotifySettings, options: NotifyOptions): Promise<Job[]> {
  const { announcements, stateNumber, sourcePort } = options;
  const targets = [...options.targets];
  // From one port, there can be one process at an address.
  const size = sourcePort === 0 ? CLIENTS_OF_A_RUN : targets.length;
  const jobs: Job[] = [];
  for (const announcement of announcements) {
    for (let at = 0; at < targets.length; at += size) {
      const waiting = new Map(targets.slice(at, at + size).map((target) => [fileNameOf(target), target]));
      const directory = `${dir}-${jobs.length}`;
      const files = [...waiting].map(([name, { client }]) => fileFor(name, client, announcement.name));
      // sm-notify goes to the next odd number before it sends (support/nsm/file.c nsm_get_state()).
      const setAside = await conveyPrivate({ dir: directory, files, stateNumber: stateNumber - 2, owner });
      for (const { name } of setAside) {
        report(options, waiting.get(name) as NotifyTarget, announcement, 'unresolved');
        waiting.delete(name);
      }
      jobs.push({ directory, announcement, waiting });
    }
  }
  // With nobody to tell, sm-notify ends the node's grace period and goes (sm-notify.c main()).
  return jobs.filter(({ waiting }) => waiting.size > 0);
}

function fileNameOf({ addresses: [address], hostNames: [hostName], client }: NotifyTarget): string {
  return address ?? hostName ?? client;
}

/** A record that says who is to be told: sm-notify reads no more of it. */
function fileFor(name: string, monName: string, myName: string): StoredFile {
  const lockManager = { caller: '0100007f', program: 100021, version: 4, procedure: 16 };
  const record = { ...lockManager, cookie: '0'.repeat(32), monName, myName };
  return { name, modified: Date.now(), records: [record], malformed: [], copy: null };
}

function startJob(
  { start = startSmNotify }: SmNotifySettings,
  { sourcePort }: NotifyOptions,
  job: Job,
): RunningJob {
  const { announcement, directory } = job;
  return { ...job, process: start({ directory, name: announcement.name, sourcePort }) };
}

async function follow(
  { log }: SmNotifySettings,
  options: NotifyOptions,
  jobs: readonly RunningJob[],
): Promise<void> {
  const answered = new Map<string, number>();
  let open = jobs;
  while (open.length > 0 && !options.signal.aborted) {
    await pause(LOOK_EVERY);
    for (const job of open) {
      // Read before the directory is: what it did until its end is then seen.
      const ended = job.process.ended();
      takeAnswers(options, job, answered);
      if (ended === null || job.waiting.size === 0) continue;
      log('sm-notify-failed', { name: job.announcement.name, reason: ended });
      for (const target of job.waiting.values()) report(options, target, job.announcement, 'unresolved');
      if (jobs.every(({ process }) => process.ended() !== null) && answered.size === 0) {
        throw new Fault('failed', `sm-notify ended: ${ended}`);
      }
    }
    open = open.filter(({ waiting, process }) => waiting.size > 0 && process.ended() === null);
  }
}

/** Whose file is neither in `sm/`, where it began, nor in `sm.bak/`, where it waits: in this order, as it is moved. */
function takeAnswers(options: NotifyOptions, job: Job, answered: Map<string, number>): void {
  const { sm, smBak } = statdDirectory(job.directory);
  const left = new Set([...readdirSync(sm, 'latin1'), ...readdirSync(smBak, 'latin1')]);
  for (const [name, target] of job.waiting) {
    if (left.has(name)) continue;
    job.waiting.delete(name);
    report(options, target, job.announcement, 'answered');
    const count = (answered.get(target.client) ?? 0) + 1;
    answered.set(target.client, count);
    if (count === options.announcements.length) options.onClient?.(target.client, 'answered');
  }
}

function report(
  { onResult }: NotifyOptions,
  { client, addresses }: NotifyTarget,
  { name }: Announcement,
  outcome: Outcome,
): void {
  const address = addresses[0] ?? null;
  onResult({ client, name, outcome, at: Date.now(), attempts: 1, address, transport: 'udp' });
}
