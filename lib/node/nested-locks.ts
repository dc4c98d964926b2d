import { join } from 'node:path';
import { lockDevices, realDirectory } from './kernel-locks.ts';
import { isInside, mountOf, mountsUnder, unescaped } from './mount-table.ts';
import { readOptional } from './optional-file.ts';
import { RuntimeDirectory, SERVICES_DIRECTORY, startedServices } from './runtime-directory.ts';
import type { Service } from './service.ts';

/**
 * Where file systems are mounted in a service's exports on which lockd holds locks: clients get there by the export
 * (exports(5), crossmnt). One directory for each. Not those that another service, or the node itself, exports as well.
 * @param runtime where the services' run-time directories are. @param root what to read as `/`.
 * @throws Error where an export is not there, or Fault where it is not known what another service exports.
 */
export async function nestedLocks(
  { name, exports }: Pick<Service, 'name' | 'exports'>,
  runtime = SERVICES_DIRECTORY,
  root = '/',
): Promise<string[]> {
  const held = new Set(await lockDevices(root));
  if (held.size === 0) return [];
  const own = await Promise.all(exports.map((directory) => realDirectory(directory, root)));
  const exported = [...(await exportedBeside(name, runtime)), ...(await exportedNow(root))];
  const taken = new Set<string>();
  for (const directory of exported) {
    // One of ours, and one that ours lie in, as NFSv4's root may be, takes nothing that is mounted in ours.
    const around = own.some((each) => isInside(each, directory));
    const mounts = around ? [await mountOf(directory, root)] : await mountsUnder(directory, root);
    for (const { device } of mounts) taken.add(device);
  }
  const found: string[] = [];
  for (const each of own) {
    const mounts = await mountsUnder(each, root);
    for (const [index, { device, directory }] of mounts.entries()) {
      // The first one is what the export lies on: that is released by the export.
      if (index > 0 && held.has(device) && !taken.has(device)) found.push(directory);
      taken.add(device);
    }
  }
  return found;
}

async function exportedBeside(name: string, runtime: string): Promise<string[]> {
  const others = (await startedServices(runtime)).filter((other) => other !== name);
  const services = await Promise.all(others.map((other) => new RuntimeDirectory(other, runtime).service()));
  return services.flatMap((service) => service?.exports ?? []);
}

/** What is exported on this node (exportfs(8)): also a service's own, where nobody takes them away as it leaves. */
async function exportedNow(root: string): Promise<string[]> {
  const table = (await readOptional(join(root, 'var/lib/nfs/etab'))) ?? '';
  return [...table.matchAll(/^(\S+)\t/gm)].map(([, directory = '']) => unescaped(directory));
}
