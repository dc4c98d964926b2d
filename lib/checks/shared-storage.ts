import { isCluster, type Mount } from '../node/mount-table.ts';
import { printable } from '../printable.ts';
import type { ServiceCheck } from './check.ts';
import type { Found } from './finding.ts';
import { type StoragePlace, storagePlace } from './storage-place.ts';

/** File systems that no other node can see, whatever is below them. */
const LOCAL = new Set(['tmpfs', 'ramfs', 'devtmpfs', 'overlay', 'aufs', 'squashfs']);
/** Others that all nodes can have mounted at the same time. */
const REMOTE = /^(nfs4?|cifs|smb3|virtiofs|9p)$/;
/** Devices that a replication carries to another node. */
const REPLICATED = /^\/dev\/(drbd|rbd)/;

const CURE = 'put shared_dir on storage that moves with the service or that all nodes see';

export const sharedStorage: ServiceCheck = {
  of: 'service',
  code: 'shared-storage',
  about: 'whether another node can have the storage of the lock store',
  consequence: 'The node that takes over finds no records: nobody is told, and all locks are lost.',
  async look(node, service) {
    const place = await storagePlace(node, service);
    if (place.missing === null || service.startedHere) return judge(place);
    const { resource } = place;
    return { verdict: 'ok', evidence: `not mounted here now: ${printable(String(resource?.id))} does that` };
  },
};

function judge({ mount, cib, resource, missing }: StoragePlace): Found {
  const evidence = `it is on ${nameOf(mount)}`;
  const own = { verdict: 'bad', evidence: `${evidence}, this node's own`, cure: CURE } as const;
  if (missing !== null) {
    return { verdict: 'bad', evidence: `${missing} is not mounted: ${evidence}`, cure: `mount ${missing}` };
  }
  if (LOCAL.has(mount.type)) return own;
  if (isCluster(mount) || REMOTE.test(mount.type)) return { verdict: 'ok', evidence };
  if (resource !== null) {
    return { verdict: 'ok', evidence: `${evidence}, and moves as ${printable(resource.id)}` };
  }
  if (REPLICATED.test(mount.source)) return { verdict: 'ok', evidence };
  if (mount.directory === '/') return own;
  if (cib !== null)
    return { verdict: 'warning', evidence: `${evidence}, and no resource mounts it`, cure: CURE };
  return { verdict: 'unknown', evidence: `${evidence}; whether another node can mount it is not known here` };
}

function nameOf({ type, source, directory }: Mount): string {
  return `${type} (${printable(source)} on ${printable(directory)})`;
}
