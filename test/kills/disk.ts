import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Room for the journals and copies of some hundred clients; ext4 wants no less for its own journal. */
const SIZE = 24 * 1024 * 1024;

/**
 * The shared storage: an ext4 file system on a disk that is a file. What has reached the disk at a moment is what the
 * file holds then; a power cut leaves that and no more, whatever the node's page cache had.
 */
export class Disk {
  /** Where it is mounted: in this mount namespace, and those that are made of it. */
  readonly path: string;
  readonly #image: string;
  readonly #cut: string;

  private constructor(dir: string) {
    this.path = join(dir, 'disk');
    this.#image = join(dir, 'disk.ext4');
    this.#cut = join(dir, 'cut.ext4');
  }

  /** Makes and mounts a new one in an empty directory. */
  static make(dir: string): Disk {
    const disk = new Disk(dir);
    writeFileSync(disk.#image, '');
    truncateSync(disk.#image, SIZE);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', disk.#image]);
    disk.#mount(disk.#image);
    return disk;
  }

  /**
   * Keeps what has reached the disk by now: to be called at the moment of the power cut. The file system goes on
   * writing by itself, and a copy that is half of before and half of after is no state that a disk was ever in: where
   * two copies in a row are alike, the first one is how all of it stood at one moment.
   */
  cut(): void {
    let copy = readFileSync(this.#image);
    for (;;) {
      const again = readFileSync(this.#image);
      if (again.equals(copy)) break;
      copy = again;
    }
    writeFileSync(this.#cut, copy);
  }

  /** Puts what the power cut left in place of what the file system knew; ext4 replays its journal. */
  revive(): void {
    execFileSync('umount', [this.path]);
    this.#mount(this.#cut);
  }

  remove(): void {
    execFileSync('umount', [this.path]);
    for (const path of [this.#image, this.#cut]) rmSync(path, { force: true });
  }

  #mount(image: string): void {
    mkdirSync(this.path, { recursive: true });
    execFileSync('mount', ['-t', 'ext4', '-o', 'loop', image, this.path]);
  }
}
