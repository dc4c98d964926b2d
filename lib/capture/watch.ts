import { watch } from 'node:fs';
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Picture } from './picture.ts';
import { stampOf } from './place.ts';

export interface Watch {
  /** Compares the directory itself with the one that is watched, and has a look made that is due without any event. */
  check(): void;
  /** Ends the watch; the picture stays usable. */
  close(): void;
}

export interface WatchOptions {
  readonly picture: Picture;
  /**
   * Called when a look is due: at once for the first change, and not again for others that come before the look
   * begins.
   */
  readonly wake: () => void;
  readonly inotify?: Inotify;
}

/** node:fs.watch, as far as it is needed: `name` is latin1. */
export type Inotify = (
  path: string,
  options: { encoding: BufferEncoding },
  listener: (kind: string, name: string | null) => void,
) => { close(): void; on(event: 'error', listener: () => void): unknown };

/** A full scan that only verifies may take this part of the time: 1 %. */
const VERIFY_SHARE = 0.01;

/**
 * Watches `sm/` by inotify and feeds the picture's agenda. Follows a directory that appears later, is replaced or
 * mounted over; where inotify has nothing to give (no watches left), every change of the directory leads to a
 * full scan; and because Node does not say when the kernel's queue of events overflowed, a full scan follows
 * events now and then, as seldom as its cost demands. All but the events is noticed by check(), which is to be called every
 * second or two.
 */
export function watchPicture(options: WatchOptions): Watch {
  const { picture, wake, inotify = watch } = options;
  const { agenda } = picture;
  const path = picture.directory.sm;
  let watcher: ReturnType<Inotify> | undefined;
  let identity: string | undefined;
  let verifyAt = 0;

  const lookAtAll = () => {
    verifyAt = performance.now() + agenda.scanCost / VERIFY_SHARE;
    agenda.touchAll();
    wake();
  };
  const detach = () => {
    watcher?.close();
    agenda.watched = false;
  };
  const attach = () => {
    try {
      watcher = inotify(path, { encoding: 'latin1' }, touched);
      watcher.on('error', detach);
      agenda.watched = true;
    } catch {
      agenda.watched = false;
    }
  };
  const follow = () => {
    detach();
    identity = stampOf(path)?.identity;
    if (identity !== undefined) attach();
    lookAtAll();
  };
  function touched(kind: string, name: string | null): void {
    // What befalls the directory itself comes under its own name; a client of that name costs no more than a scan.
    if (name === null || (kind === 'rename' && name === basename(path))) follow();
    else if (!picture.stands(name) && agenda.touch(name)) wake();
  }
  const attachLate = () => {
    attach();
    if (agenda.watched) lookAtAll();
    else if (agenda.changedSinceScan) wake();
  };
  const check = () => {
    if (stampOf(path)?.identity !== identity) follow();
    else if (identity === undefined) return;
    else if (!agenda.watched) attachLate();
    else if (picture.restless) wake();
    else if (agenda.changedSinceScan && performance.now() >= verifyAt) lookAtAll();
  };

  follow();
  return { check, close: detach };
}
