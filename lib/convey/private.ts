import { closeSync, constants, fchownSync, futimesSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { readSmFile, smPath } from '../nsm/sm-file.ts';
import { statdDirectory } from '../nsm/statd-directory.ts';
import { writeStateFile } from '../nsm/state-file.ts';
import { inSlices } from '../slices.ts';
import { type StoredFile, storedFile, unitedByName } from '../store/index.ts';
import { conveyable } from './conveyable.ts';
import { unfitness } from './file-name.ts';
import { handOver, makePrivateDirectory, type Owner, removeTree } from './private-directory.ts';

export interface ConveyOptions {
  /** The service's private statd directory; its parent must be there and be root's. */
  readonly dir: string;
  readonly files: Iterable<StoredFile>;
  /** The NSM state number that is announced. */
  readonly stateNumber: number;
  /** Whose statd's `sm/` is on this node. */
  readonly owner: Owner;
  /** Told how many of the files are done. */
  readonly onConveyed?: (files: number) => void;
}

/** A file that was left out, or lines of one, by its name as found (latin1). */
export interface SetAside {
  readonly name: string;
  readonly reason: string;
}

/**
 * Conveys stored files into a private statd directory of the service, built anew: each file as conveyable()
 * has it, with the mode, owner and time that statd gave it (sm-notify tells the newest
 * first). Nothing is synced: it all comes from the lock store, and after a crash it is built again from there.
 * @returns what could not be conveyed, and why
 * @throws errors of the file system
 */
export async function conveyPrivate({
  dir,
  files,
  stateNumber,
  owner,
  onConveyed = () => undefined,
}: ConveyOptions): Promise<SetAside[]> {
  await removeTree(Buffer.from(dir));
  const directory = makePrivateDirectory(dir);
  const setAside: SetAside[] = [];
  let done = 0;
  await inSlices(unitedByName(files), (file) => {
    done += 1;
    onConveyed(done);
    const reason = file.records.length === 0 ? 'it holds no monitor record' : unfitness(file.name);
    if (reason !== undefined) {
      setAside.push({ name: file.name, reason });
      return;
    }
    writeFile(smPath(directory.sm, file.name), file, owner);
    const { length } = file.malformed;
    if (length > 0)
      setAside.push({ name: file.name, reason: `${length} of its lines are no monitor records` });
  });
  await writeStateFile(directory.state, stateNumber);
  handOver(directory, owner);
  return setAside;
}

/** What was conveyed: the list of those to be told. */
export async function readConveyed(dir: string): Promise<{ files: StoredFile[]; setAside: SetAside[] }> {
  const { sm } = statdDirectory(dir);
  const files: StoredFile[] = [];
  const setAside: SetAside[] = [];
  await inSlices(readdirSync(sm, { encoding: 'latin1' }), (name) => {
    const found = readSmFile(sm, name);
    if (found.kind === 'file') files.push(storedFile(name, found.stats.mtimeMs, found.content));
    else setAside.push({ name, reason: found.reason });
  });
  return { files, setAside };
}

/** Removes a private statd directory, and whatever is in it. */
export function removePrivate(dir: string): Promise<void> {
  return removeTree(Buffer.from(dir));
}

function writeFile(path: string | Buffer, file: StoredFile, owner: Owner): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(path, flags, 0o600);
  try {
    writeFileSync(fd, conveyable(file));
    fchownSync(fd, owner.uid, owner.gid);
    // The middle of the millisecond: seconds as a fraction are not exact, and must not round to the one before.
    const seconds = (file.modified + 0.5) / 1000;
    futimesSync(fd, seconds, seconds);
  } finally {
    closeSync(fd);
  }
}
