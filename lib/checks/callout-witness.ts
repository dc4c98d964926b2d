import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CalloutDesk } from '../capture/callout-desk.ts';
import { makeCalloutDoor } from '../capture/index.ts';
import type { StatdOwner } from '../nsm/statd-directory.ts';

/** No service can have a name that begins so. */
const PREFIX = '+doctor-';

/** Sees for which clients the statd callout asks: one more door beside those of the keepers. */
export interface CalloutWitness {
  hasSeen(monName: string): Promise<boolean>;
  /** Takes the door away again. */
  leave(): Promise<void>;
}

/**
 * @param directory where the callout finds its doors
 * @throws Fault as makeCalloutDoor
 */
export async function witnessCallout(directory: string, user: StatdOwner): Promise<CalloutWitness> {
  await removeLeftOver(directory);
  const path = join(directory, `${PREFIX}${process.pid}`);
  const door = await makeCalloutDoor(path, user);
  const seen = new Set<string>();
  const desk = new CalloutDesk({
    door,
    record: async (clients) => {
      for (const { monName } of clients) seen.add(monName);
      return true;
    },
    log: () => undefined,
  });
  await desk.workOff();
  return {
    async hasSeen(monName) {
      // Where we were too slow, the callout has left it in the spool.
      await desk.workOff();
      return seen.has(monName);
    },
    async leave() {
      desk.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** One that was killed leaves its door behind, into which the callout would go on writing. */
async function removeLeftOver(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    if (!isRunning(Number(name.slice(PREFIX.length)))) {
      await rm(join(directory, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
