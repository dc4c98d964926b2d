import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { MonitorRecord } from '../nsm/monitor-record.ts';
import type { StoredFile } from '../store/index.ts';
import type { Look } from './look.ts';
import type { Picture } from './picture.ts';

/** statd fills a file within a millisecond of creating it. */
const PAUSE = 3;

/**
 * Looks until nothing is being written any more, or for so many ms: for a capture that will not be followed by
 * another one soon.
 */
export async function settle(picture: Picture, patience: number): Promise<Look> {
  const end = performance.now() + patience;
  const captured = new Map<string, StoredFile>();
  const monitored: MonitorRecord[] = [];
  // One that is captured twice was written twice: who came by the first time counts still.
  const anew: StoredFile[] = [];
  for (;;) {
    const look = await picture.look();
    for (const file of look.captured) captured.set(file.name, file);
    monitored.push(...look.monitored);
    anew.push(...look.anew);
    if (!look.writing || performance.now() >= end)
      return { ...look, captured: [...captured.values()], monitored, anew };
    await setTimeout(PAUSE);
  }
}
