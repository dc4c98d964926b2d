import { type LockManagerKind, NLM_VERSION } from '../node/lock-manager.ts';
import { lockdMounts } from '../node/lockd-users.ts';
import { clientName } from '../nsm/client-name.ts';
import type { StoredFile } from '../store/index.ts';

/**
 * What in the node's `sm/` is about clients of its lock manager. The rest is about servers of the NFS mounts that the node has
 * itself: told that it restarted, they would drop its locks, and nobody here would know.
 * @param kind of the lock manager that had the locks; null: it is not known. @param root what to read as `/`
 */
export async function nodeClients(
  files: readonly StoredFile[],
  kind: LockManagerKind | null,
  root = '/',
): Promise<StoredFile[]> {
  const servers = new Set((await lockdMounts(root)).flatMap(({ server }) => server.map(clientName)));
  return files.flatMap((file) => {
    const records = file.records.filter(
      ({ version, monName }) =>
        (kind === null || version === NLM_VERSION[kind]) && !servers.has(clientName(monName)),
    );
    return records.length === 0 ? [] : [{ ...file, records }];
  });
}
