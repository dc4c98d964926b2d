import { isExaminers } from '../nsm/examiner.ts';
import { mergeFiles, type StoredFile } from '../store/index.ts';
import type { CalledClient } from './callout-line.ts';

/** What it takes to make a client's record durable. */
export interface CalloutRecorder {
  /** What is durable, by file name. */
  readonly current: () => ReadonlyMap<string, StoredFile>;
  /**
   * Resolves when all that there was in the files of these names is durable; null: in every file of `sm/`. Where they are
   * not the names of files, so is what was found by then in those that were touched.
   */
  readonly capture: (names: readonly string[] | null) => Promise<void>;
  /** Resolves when this file is durable in place of one of its name. `anew`: what of it statd has called for. */
  readonly put: (file: StoredFile, anew: StoredFile) => Promise<void>;
  /** Whether the store is ours, asked of the storage. */
  readonly isOwner: () => Promise<boolean>;
  /** Told of a client that statd has called for and that is not in the `sm/` that is captured. */
  readonly unseen: (client: CalledClient) => void;
}

/**
 * Makes the records of clients durable for which statd has called: it calls when it has written the file (nfs-utils,
 * utils/statd/monitor.c). Should the file not be found, because statd works in another directory or somebody has
 * removed it, the names that it called with are recorded: with them a client can be told.
 * @param called none: whatever there is in `sm/`.
 * @returns whether they are durable in a store that was still ours after that. Whoever claims it later reads them.
 */
export async function recordCalled(
  called: readonly CalledClient[],
  recorder: CalloutRecorder,
): Promise<boolean> {
  await recorder.capture(called.length === 0 ? null : called.map(({ monName }) => monName));
  const clients = called.filter((client) => !isExaminers(client));
  if (notIn(recorder.current(), clients).length > 0) await recorder.capture(null);
  for (const client of notIn(recorder.current(), clients)) {
    recorder.unseen(client);
    const there = recorder.current().get(client.monName);
    const file = fileFor(client);
    await recorder.put(there === undefined ? file : mergeFiles(there, file), file);
  }
  return recorder.isOwner();
}

/** Those of whom no file has a record. */
function notIn(files: ReadonlyMap<string, StoredFile>, clients: readonly CalledClient[]): CalledClient[] {
  // statd gives a file the client's own name, unless DNS knows a better one.
  const elsewhere = clients.filter((client) => !holds(files.get(client.monName), client));
  const missing = new Map(elsewhere.map((client) => [keyOf(client), client]));
  if (missing.size === 0) return [];
  // Whoever is asked for just now is among the newest: to find them takes no longer the more there are.
  for (const file of [...files.values()].reverse()) {
    for (const record of file.records) missing.delete(keyOf(record));
    if (missing.size === 0) break;
  }
  return [...missing.values()];
}

function holds(file: StoredFile | undefined, { monName, myName }: CalledClient): boolean {
  return file?.records.some((record) => record.monName === monName && record.myName === myName) ?? false;
}

function keyOf({ monName, myName }: CalledClient): string {
  return `${monName} ${myName}`;
}

/** As NFS-Ganesha would have it written; nobody reads more of it than the names once the client is told. */
function fileFor({ monName, myName }: CalledClient): StoredFile {
  const caller = '0100007f';
  const record = {
    caller,
    program: 100021,
    version: 4,
    procedure: 16,
    cookie: '0'.repeat(32),
    monName,
    myName,
  };
  return { name: monName, modified: Date.now(), records: [record], malformed: [], copy: null };
}
