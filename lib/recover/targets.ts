import { isIP } from 'node:net';
import { clientName } from '../nsm/client-name.ts';
import type { StoredFile } from '../store/index.ts';
import type { NotifyTarget } from './notifier/index.ts';

/**
 * Where the clients of these files can be told: by the address that the lock manager knew them by, and by their host
 * names, of which the file's name is one. Only the wanted clients, each once.
 */
export function targetsFor(files: Iterable<StoredFile>, wanted: ReadonlySet<string>): NotifyTarget[] {
  const found = new Map<string, { addresses: Set<string>; hostNames: Set<string> }>();
  for (const { name, records } of files) {
    for (const { monName } of records) {
      const client = clientName(monName);
      if (!wanted.has(client)) continue;
      const target = found.get(client) ?? { addresses: new Set(), hostNames: new Set() };
      found.set(client, target);
      for (const word of [client, clientName(name)]) {
        (isIP(word) === 0 ? target.hostNames : target.addresses).add(word);
      }
    }
  }
  return [...found].map(([client, { addresses, hostNames }]) => ({
    client,
    addresses: [...addresses],
    hostNames: [...hostNames],
  }));
}
