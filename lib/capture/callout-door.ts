import { constants } from 'node:fs';
import { chmod, chown, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../fault.ts';
import { runChecked } from '../node/command.ts';

/** A service's directory for the statd callout; agents/statd-callout says what is in it. */
export interface CalloutDoor {
  readonly path: string;
  readonly request: string;
  readonly answer: string;
  readonly armed: string;
  readonly spool: string;
}

/** The user and group that rpc.statd runs as. */
export interface DoorUser {
  readonly uid: number;
  readonly gid: number;
}

const FIFOS = ['request', 'answer'] as const;
const FILES = ['armed', 'spool'] as const;
/** mkfifo(1) makes two entries in /run, milliseconds. */
const MKFIFO_WITHIN = 5000;

export function calloutDoor(path: string): CalloutDoor {
  const [request = '', answer = '', armed = '', spool = ''] = [...FIFOS, ...FILES].map((name) =>
    join(path, name),
  );
  return { path, request, answer, armed, spool };
}

/**
 * Makes the directory, not armed, unless it is there as it must be: then what is in the spool stays. Only root can
 * put anything into it; only statd's user can open what is in it.
 * @param path two directories above it are root's, and everybody can pass through them from now on.
 * @throws Fault `not-ours` where somebody else could replace it, `not-installed` where mkfifo(1) is not there.
 */
export async function makeCalloutDoor(path: string, user: DoorUser): Promise<CalloutDoor> {
  for (const above of [dirname(dirname(path)), dirname(path)]) await makePassable(above);
  if (!(await isSound(path, user))) await makeAnew(path, user);
  return calloutDoor(path);
}

async function makePassable(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== process.geteuid?.() || (found.mode & 0o022) !== 0) {
    throw new Fault('not-ours', `${path} can be changed by others`, {
      subject: path,
      wanted: 'a directory of root that nobody else can write',
    });
  }
  await chmod(path, 0o755);
}

async function isSound(path: string, { uid }: DoorUser): Promise<boolean> {
  try {
    const directory = await lstat(path);
    const fifos = await Promise.all(FIFOS.map((name) => lstat(join(path, name))));
    const files = await Promise.all(FILES.map((name) => lstat(join(path, name))));
    return (
      directory.isDirectory() &&
      directory.uid === process.geteuid?.() &&
      (directory.mode & 0o777) === 0o755 &&
      fifos.every((found) => found.isFIFO()) &&
      files.every((found) => found.isFile()) &&
      [...fifos, ...files].every((found) => found.uid === uid && (found.mode & 0o777) === 0o600)
    );
  } catch {
    return false;
  }
}

/** Under a name that the callout does not see, and then in its place as a whole. */
async function makeAnew(path: string, { uid, gid }: DoorUser): Promise<void> {
  const hidden = join(dirname(path), `.${basename(path)}`);
  await rm(hidden, { recursive: true, force: true });
  await mkdir(hidden, { mode: 0o700 });
  await runChecked(['mkfifo', '-m', '600', ...FIFOS.map((name) => join(hidden, name))], MKFIFO_WITHIN);
  for (const name of FILES) {
    const created = await open(join(hidden, name), constants.O_CREAT | constants.O_EXCL, 0o600);
    await created.close();
  }
  for (const name of [...FIFOS, ...FILES]) await chown(join(hidden, name), uid, gid);
  await chmod(hidden, 0o755);
  await rm(path, { recursive: true, force: true });
  await rename(hidden, path);
}
