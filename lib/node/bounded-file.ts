import { closeSync, fstatSync, openSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A file of root's alone to which lines are added. Beyond so many bytes it starts anew, and the one before is kept beside
 * it as `.old`. It stays open: a recovery adds a line for each of its clients.
 */
export class BoundedFile {
  readonly #path: string;
  readonly #limit: number;
  #open: { readonly fd: number; size: number } | null = null;

  constructor(path: string, limit: number) {
    this.#path = path;
    this.#limit = limit;
  }

  /** Adds a line, or does not where it cannot be written; never throws. */
  append(line: string): void {
    try {
      if (this.#open !== null && this.#open.size > this.#limit) this.#putAside(this.#open.fd);
      this.#open ??= this.#reopen();
      writeFileSync(this.#open.fd, line);
      this.#open.size += Buffer.byteLength(line);
    } catch {}
  }

  #reopen(): { fd: number; size: number } {
    const fd = openSync(this.#path, 'a', 0o600);
    return { fd, size: fstatSync(fd).size };
  }

  #putAside(fd: number): void {
    this.#open = null;
    closeSync(fd);
    renameSync(this.#path, `${this.#path}.old`);
  }
}
