import { type Mount, mountOf } from '../node/mount-table.ts';
import type { ExaminedService } from './check.ts';
import type { Cib, Primitive } from './cluster/cib.ts';
import { mountResource } from './cluster/resources.ts';
import type { ExaminedNode } from './examined-node.ts';

/** Where a service's lock store lies, by the table of mounts and the cluster's configuration: its storage may hang. */
export interface StoragePlace {
  readonly mount: Mount;
  /** Null where there is no cluster, or its Pacemaker does not answer. */
  readonly cib: Cib | null;
  /** The resource that mounts it; null: none does. */
  readonly resource: Primitive | null;
  /** Where that resource mounts it, while it has not done so on this node; null: it has, or there is none. */
  readonly missing: string | null;
}

export async function storagePlace(
  { cluster, root }: ExaminedNode,
  { sharedDir }: ExaminedService,
): Promise<StoragePlace> {
  const cib = await cluster().catch(() => null);
  const mount = await mountOf(sharedDir, root);
  const resource = cib === null ? null : mountResource(cib, sharedDir);
  const place = resource?.parameters.directory?.replace(/(?<=.)\/+$/, '') ?? '';
  return { mount, cib, resource, missing: mount.directory.length < place.length ? place : null };
}
