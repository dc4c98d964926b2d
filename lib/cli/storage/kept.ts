import { resolve } from 'node:path';
import { Fault } from '../../fault.ts';
import { isStarted } from '../../keeper/index.ts';
import { RuntimeDirectory, startedServices } from '../../node/runtime-directory.ts';
import { printable } from '../../printable.ts';

/**
 * A store whose service is started on this node has a keeper, which nobody may push aside by hand.
 * @param dir the lock store's directory, absolute
 * @throws Fault `not-ours` that names the service
 */
export async function refuseKept(dir: string, service: string, runtime?: string): Promise<void> {
  for (const name of await startedServices(runtime)) {
    if (!(await isStarted(name, runtime))) continue;
    const declared = await new RuntimeDirectory(name, runtime).service().catch(() => null);
    if (name !== service && (declared === null || resolve(declared.sharedDir) !== dir)) continue;
    throw new Fault('not-ours', `${printable(name, 80)} is started on this node and keeps this lock store`, {
      cure: 'stop the resource first',
    });
  }
}
