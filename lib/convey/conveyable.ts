import { formatMonitorFile } from '../nsm/monitor-file.ts';
import { recordIn } from '../nsm/monitor-record.ts';
import type { StoredFile } from '../store/index.ts';

/**
 * The bytes that a stored file becomes in a statd directory: made of its structured records, or where the store has
 * a copy, the copy itself.
 *
 * Byte for byte, but for lines that are no monitor records. Not even one that statd passes over can do no harm: to
 * unmonitor a client, statd (and sm-notify, to note that it was told) rewrites the client's file, and gives that up
 * for good at the first line that it cannot parse (nfs-utils, support/nsm/file.c, nsm_delete_host); and a longer one
 * than it reads at a time goes on as a line of its own. The copy in the store keeps them. For the same reason the
 * last line is ended: statd would append its next record to it.
 */
export function conveyable({ copy, records }: StoredFile): Buffer {
  if (copy === null) return formatMonitorFile(records);
  const lines = copy.split('\n').filter((line) => recordIn(line) !== null);
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}
