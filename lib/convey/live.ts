import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  openSync,
  readdirSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { runChecked } from '../node/command.ts';
import { clientName } from '../nsm/client-name.ts';
import { formatMonitorRecord, type MonitorRecord, recordIn } from '../nsm/monitor-record.ts';
import { readSmFile, smPath, smStats } from '../nsm/sm-file.ts';
import { inSlices } from '../slices.ts';
import { type StoredFile, unitedByName } from '../store/index.ts';
import { conveyable } from './conveyable.ts';
import { unfitness } from './file-name.ts';
import type { PlacedFile, PlacedLines } from './placed.ts';
import type { SetAside } from './private.ts';
import type { Owner } from './private-directory.ts';

export interface LiveOptions {
  /** statd's `sm/`. */
  readonly sm: string;
  readonly files: Iterable<StoredFile>;
  /** Who owns `sm/`. */
  readonly owner: Owner;
  /** Where it is remembered which lines are ours and not statd's. */
  readonly placed: PlacedLines;
  /** Told how many of the files are done. */
  readonly onConveyed?: (files: number) => void;
  readonly run?: typeof runChecked;
}

/** Hidden, so that neither statd nor sm-notify takes it for a client (nfs-utils, support/nsm/file.c nsm_load_dir()). */
const TEMPORARY = '.lockferry.';
/** Milliseconds in which the disk of the node takes what was conveyed. */
const SYNC_WITHIN = 20_000;

/**
 * Conveys stored files into statd's own `sm/`, while statd is stopped: it keeps its list in memory and would neither see
 * them nor spare them. A file that is there keeps its mode, owner and every line; what is new comes after them, as
 * conveyable() has it. All of it is durable when this resolves; where it is broken off, it can be done again.
 * @returns what could not be conveyed, and why. @throws errors of the file system.
 */
export async function conveyLive(options: LiveOptions): Promise<SetAside[]> {
  const { sm, owner, placed, run = runChecked, onConveyed = () => undefined } = options;
  for (const name of readdirSync(sm, 'latin1')) {
    if (name.startsWith(TEMPORARY)) unlinkSync(smPath(sm, name));
  }
  const setAside: SetAside[] = [];
  const written: PlacedFile[] = [];
  let done = 0;
  await inSlices(unitedByName(options.files), (file) => {
    done += 1;
    onConveyed(done);
    const reason = file.records.length === 0 ? 'it holds no monitor record' : unfitness(file.name);
    const there = reason === undefined && smStats(sm, file.name) ? readSmFile(sm, file.name) : null;
    if (reason !== undefined) setAside.push({ name: file.name, reason });
    else if (there?.kind === 'refused') setAside.push({ name: file.name, reason: there.reason });
    else {
      const one = writeBeside(sm, `${TEMPORARY}${written.length}`, file, there, owner);
      if (one !== null) written.push(one);
    }
  });
  // Before the first of them is in place: whoever goes on after a crash must not take our lines for statd's.
  placed.add(written);
  await run(['sync', '--file-system', sm], SYNC_WITHIN);
  for (const [index, { name }] of written.entries()) {
    renameSync(smPath(sm, `${TEMPORARY}${index}`), smPath(sm, name));
  }
  placed.added();
  await run(['sync', '--file-system', sm], SYNC_WITHIN);
  return setAside;
}

interface There {
  readonly stats: Stats;
  readonly content: { readonly records: readonly MonitorRecord[]; readonly text: string };
}

/** Writes what the file is to be beside it. @returns the lines that come in; null: all of them are there. */
function writeBeside(
  sm: string,
  temporary: string,
  file: StoredFile,
  there: There | null,
  owner: Owner,
): PlacedFile | null {
  const taken = new Set((there?.content.records ?? []).map(keyOf));
  const lines = conveyable(file)
    .toString('latin1')
    .split('\n')
    .flatMap((text) => {
      const record = recordIn(text);
      return record === null || taken.has(keyOf(record)) ? [] : [{ text, record }];
    });
  if (lines.length === 0) return null;
  const { uid, gid, mode } = there?.stats ?? { ...owner, mode: 0o600 };
  const modified = Math.max(file.modified, Math.trunc(there?.stats.mtimeMs ?? 0));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(smPath(sm, temporary), flags, 0o600);
  try {
    // What was read with care: the name may stand for something else by now, as the directory is statd's user's.
    const before = there === null ? '' : there.content.text.replace(/[^\n]$/, '$&\n');
    writeFileSync(fd, before + lines.map(({ text }) => `${text}\n`).join(''), 'latin1');
    fchownSync(fd, uid, gid);
    fchmodSync(fd, mode & 0o777);
    // The middle of the millisecond: seconds as a fraction are not exact, and must not round to the one before.
    futimesSync(fd, (modified + 0.5) / 1000, (modified + 0.5) / 1000);
  } finally {
    closeSync(fd);
  }
  // As they are recognised whichever way statd writes them back.
  return {
    name: file.name,
    modified,
    lines: lines.map(({ record }) => formatMonitorRecord(record)),
    beside: taken.size > 0,
  };
}

/** statd keeps one line for each pair of client and node (nfs-utils, utils/statd/monitor.c sm_mon_1_svc()). */
function keyOf({ monName, myName }: MonitorRecord): string {
  return `${clientName(monName)} ${myName}`;
}
