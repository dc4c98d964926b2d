import { systemClock } from './clock.ts';
import { Run } from './run.ts';
import { Sources } from './sources.ts';
import type { NotifyOptions, NotifySummary } from './types.ts';

export type { Announcement } from '../announcements.ts';
export type { Clock } from './clock.ts';
export type { NotifyOptions, NotifyResult, NotifySummary, NotifyTarget, Outcome } from './types.ts';

/**
 * Tells the statd of every client that the service restarted (SM_NOTIFY), from the floating addresses: over UDP,
 * over TCP where that does not work, again and again until every client has answered every announced name or the
 * signal comes. Nothing but the caller's callbacks says what became of whom; the summary counts.
 * @throws Fault `failed` that names address and port where a floating address cannot be bound (nobody was told
 *   then), `bad-parameter` for a name or number that SM_NOTIFY cannot carry.
 */
export async function notifyClients(options: NotifyOptions): Promise<NotifySummary> {
  const sources = await Sources.open(options.announcements, options.sourcePort || 'privileged');
  try {
    return await new Run(options, sources, options.clock ?? systemClock).go();
  } finally {
    sources.close();
  }
}
