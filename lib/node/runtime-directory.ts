import { existsSync, readdirSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, Fault } from '../fault.ts';
import { NodeDirectory } from './node-directory.ts';
import { type Service, serviceSchema } from './service.ts';
import { whileUnchanged } from './while-unchanged.ts';

/** Where the services of this node keep their run-time state; emptied by every boot. */
export const SERVICES_DIRECTORY = '/run/lockferry/services';

/**
 * The run-time directory of one service on this node, root's alone. It is there from the first moment of start to
 * the end of stop, so that the service is started exactly while `service.json` exists.
 */
export class RuntimeDirectory {
  readonly path: string;
  /** The placedFile of the node's other services, and what was done by hand. Asked for with each new client. */
  readonly otherPlacedFiles: () => readonly string[];

  /** @param name the resource instance, of the form that serviceSchema checks. */
  constructor(name: string, base: string = SERVICES_DIRECTORY) {
    this.path = join(base, name);
    this.otherPlacedFiles = whileUnchanged(base, () =>
      placedFiles(base).filter((path) => path !== this.placedFile),
    );
  }

  get serviceFile(): string {
    return join(this.path, 'service.json');
  }

  /** The keeper's process id, as text. */
  get pidFile(): string {
    return join(this.path, 'keeper.pid');
  }

  /** The keeper's Unix socket. */
  get socket(): string {
    return join(this.path, 'keeper.sock');
  }

  /** The keeper's word that all is well, and when that was; not there while all is not. */
  get verdictFile(): string {
    return join(this.path, 'verdict');
  }

  /** With which parameters a recurring monitor has found which keeper at work. */
  get agreedFile(): string {
    return join(this.path, 'agreed');
  }

  /** What happened to the service on this node, one JSON object a line. */
  get eventFile(): string {
    return join(this.path, 'events.jsonl');
  }

  /** The private statd directory into which former records are conveyed. */
  get statdDirectory(): string {
    return join(this.path, 'statd');
  }

  /** What the statd callout finds of the service: not in here, for statd's user must get there. */
  get calloutDirectory(): string {
    return join(dirname(dirname(this.path)), 'callout', basename(this.path));
  }

  /** Which lines in the live `sm/` convey put there for this service. */
  get placedFile(): string {
    return join(this.path, 'placed.json');
  }

  /** What the services of this node share. */
  get node(): NodeDirectory {
    return NodeDirectory.beside(dirname(this.path));
  }

  /** Creates the directory and leaves the service in it. @throws Fault `not-ours` where others could write. */
  async create(service: Service): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const { uid, mode } = await lstat(this.path);
    if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) {
      throw new Fault('not-ours', `${this.path} can be written by others`, {
        subject: this.path,
        wanted: 'a directory of root, mode 0700',
      });
    }
    await chmod(this.path, 0o700);
    await writeFile(`${this.serviceFile}.new`, `${JSON.stringify(service)}\n`, { mode: 0o600 });
    await rename(`${this.serviceFile}.new`, this.serviceFile);
  }

  /** The service that is started here; null: none. @throws Fault `malformed`. */
  async service(): Promise<Service | null> {
    let text: string;
    try {
      text = await readFile(this.serviceFile, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
    const parsed = serviceSchema.safeParse(jsonOrNull(text));
    if (parsed.success) return parsed.data;
    throw new Fault('malformed', `${this.serviceFile} does not describe a service`, {
      subject: this.serviceFile,
      found: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join(', '),
    });
  }

  /** The process id that the keeper left; null: none. */
  async keeperPid(): Promise<number | null> {
    try {
      const pid = Number((await readFile(this.pidFile, 'latin1')).trim());
      return Number.isInteger(pid) && pid > 1 ? pid : null;
    } catch {
      return null;
    }
  }

  async remove(): Promise<void> {
    // service.json goes first: a half-removed directory must not look like a started service.
    await rm(this.serviceFile, { force: true });
    await rm(this.calloutDirectory, { recursive: true, force: true });
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Where it is remembered which lines in the live `sm/` convey put there, for whatever service; need not be there. */
export function placedFiles(base: string = SERVICES_DIRECTORY): string[] {
  const names = existsSync(base) ? readdirSync(base) : [];
  return [
    ...names.map((name) => new RuntimeDirectory(name, base).placedFile),
    NodeDirectory.beside(base).placedFile,
  ];
}

/** Names of the services that are started on this node. */
export async function startedServices(base: string = SERVICES_DIRECTORY): Promise<string[]> {
  try {
    const entries = await readdir(base, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
