import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Sandbox } from '../conformance/sandbox.ts';

/** A call of the file system, as fault-fs.c names them; `*`: any. */
export type StorageCall =
  | '*'
  | 'create'
  | 'fsync'
  | 'fsyncdir'
  | 'getattr'
  | 'mkdir'
  | 'open'
  | 'read'
  | 'readdir'
  | 'truncate'
  | 'unlink'
  | 'write';
export type Errno = 'EACCES' | 'EIO' | 'ENOSPC' | 'EROFS';

/** What becomes of a call; how many calls pass before that, and for how many it holds. See fault-fs.c. */
export type Rule = readonly [call: StorageCall, what: Errno | 'torn' | 'hang', skip?: number, count?: number];

/** Shared storage of a sandbox that fails or hangs as it is told, mounted on /srv/shared. */
export class FaultyStorage {
  /** What is really on it, as this machine sees it: neither fails nor hangs. */
  readonly behind: string;
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
    this.behind = join(root, 'srv/behind');
  }

  static async mount(t: Test, sandbox: Sandbox): Promise<FaultyStorage> {
    const storage = new FaultyStorage(sandbox.root);
    const program = join(t.testdir({}), 'fault-fs');
    const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' });
    const words = ['-O1', '-Wall', '-Werror', '-o', program, 'test/faults/fault-fs.c'];
    execFileSync('cc', [...words, ...flags.trim().split(/\s+/)], { stdio: 'inherit' });
    mkdirSync(storage.behind);
    mkdirSync(join(sandbox.root, 'srv/shared'));
    storage.heal();
    const answer = await sandbox.run([program, '/srv/behind', '/srv/plan', '/srv/calls', '/srv/shared']);
    if (answer.code !== 0) throw new Error(`fault-fs does not start: ${answer.stderr}`);
    return storage;
  }

  /** From now on, and until something else is said. */
  plan(...rules: readonly Rule[]): void {
    const plan = join(this.#root, 'srv/plan');
    writeFileSync(`${plan}.new`, rules.map((rule) => `${rule.join(' ')}\n`).join(''));
    renameSync(`${plan}.new`, plan);
  }

  heal(): void {
    this.plan();
  }

  /** The calls that were made since this was asked last. */
  calls(): string[] {
    const log = join(this.#root, 'srv/calls');
    const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    writeFileSync(log, '');
    return lines;
  }
}
