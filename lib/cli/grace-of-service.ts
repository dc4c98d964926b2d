import { readEventFile } from '../node/event-file.ts';
import { graceLeft } from '../node/grace-left.ts';
import { LockManagerWatch } from '../node/lock-manager.ts';
import type { RuntimeDirectory } from '../node/runtime-directory.ts';

/** Milliseconds of grace that a recovery on this node has left, at least; null: not known. Never rejects. */
export async function graceOfService(
  directory: RuntimeDirectory,
  find: (choice: 'auto' | 'kernel' | 'ganesha') => Pick<LockManagerWatch, 'now'> = (choice) =>
    new LockManagerWatch(choice),
): Promise<number | null> {
  try {
    const service = await directory.service();
    const lockManager = await find(service?.lockManager ?? 'auto').now();
    if (lockManager === null) return null;
    const events = await readEventFile(directory.eventFile);
    const opened = events.findLast(({ event }) => event === 'grace-opened');
    return await graceLeft(lockManager, opened?.at ?? null);
  } catch {
    return null;
  }
}
