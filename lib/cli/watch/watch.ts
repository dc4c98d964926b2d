import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../../fault.ts';
import { interruption } from '../interruption.ts';
import type { Means } from '../means.ts';
import type { ServiceStatus } from '../service-status.ts';
import type { Terminal } from '../terminal.ts';
import type { View } from './frame.ts';
import { screenOn } from './screen.ts';

export interface WatchOptions {
  /** Whose services they are. */
  readonly of: string;
  readonly ask: () => Promise<readonly ServiceStatus[]>;
  /** Milliseconds from one answer to the next question. */
  readonly every?: number;
}

/**
 * Shows what is asked, again and again, until a signal comes or nobody reads any more. What cannot be asked is shown, and
 * asked again. @returns what was shown last
 */
export async function watch(
  { of, ask, every = 1000 }: WatchOptions,
  { stdout }: Pick<Terminal, 'stdout'>,
  { signals }: Pick<Means, 'signals'>,
): Promise<View> {
  const controller = new AbortController();
  const { signal: over } = controller;
  interruption(signals).addEventListener('abort', () => controller.abort());
  stdout.once?.('error', () => controller.abort());
  const ended = new Promise<null>((resolve) => over.addEventListener('abort', () => resolve(null)));
  const screen = screenOn(stdout);
  let last: View = { at: Date.now(), of, services: [], problem: null };
  while (!over.aborted) {
    const view = await Promise.race([look(of, ask), ended]);
    if (view === null) break;
    last = view;
    screen.show(view);
    await pause(every, undefined, { signal: over }).catch(() => undefined);
  }
  screen.end();
  return last;
}

async function look(of: string, ask: WatchOptions['ask']): Promise<View> {
  try {
    return { of, services: await ask(), problem: null, at: Date.now() };
  } catch (error) {
    return { of, services: [], problem: sentenceOf(error), at: Date.now() };
  }
}
