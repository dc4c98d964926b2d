import { spawn } from 'node:child_process';
import { BoundedFile } from './bounded-file.ts';

/** Facts about one event; text of strangers is escaped by whoever shows it. */
export type EventFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** Where events go: a word for what happened, and its facts. */
export type Log = (event: string, facts?: EventFacts) => void;

/** Trouble that is said again and again, word for word, is written down this often at most, milliseconds. */
const AGAIN_AFTER = 600_000;
const TROUBLE = /-(failed|unknown)$/;

/** The event file starts anew beyond this size, bytes; a line that cannot be written is lost, as the log must not end a keeper. */
const SIZE_LIMIT = 1 << 20;

/**
 * A log with two readers: a bounded file of JSON lines in /run, `{"at": milliseconds, "event": word, ...}`, for the
 * tools that tell what happened, and the system log for people, through one logger(1) that lives as long as we do.
 * @param now milliseconds since 1970
 */
export function openEventLog(file: string, tag: string, logger = 'logger', now = Date.now): Log {
  const child = spawn(logger, ['--tag', tag, '--priority', 'daemon.info'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  });
  let systemLog = true;
  const giveUp = () => {
    systemLog = false;
  };
  child.on('error', giveUp).on('exit', giveUp).unref();
  child.stdin.on('error', giveUp);
  const events = new BoundedFile(file, SIZE_LIMIT);
  const write = (event: string, facts: EventFacts) => {
    events.append(`${JSON.stringify({ at: now(), event, ...facts })}\n`);
    // A system log that hangs must not have us remember all that it does not take.
    if (systemLog && child.stdin.writableLength < SIZE_LIMIT)
      child.stdin.write(`${asSentence(event, facts)}\n`);
  };
  const trouble = nowAndThen(write, now);
  return (event, facts = {}) => (TROUBLE.test(event) ? trouble : write)(event, facts);
}

/**
 * Passes on what repeats itself now and then only, with the number of times that it was said since: trouble that lasts
 * for days must fill neither the system log nor the event file, where it would push out what led to it.
 */
function nowAndThen(write: (event: string, facts: EventFacts) => void, now: () => number): typeof write {
  /** What was said last of each event; there are no more of them than words for events. */
  const last = new Map<string, { facts: EventFacts; text: string; at: number; kept: number }>();
  return (event, facts) => {
    const text = JSON.stringify(facts);
    const before = last.get(event);
    const same = before?.text === text;
    if (before !== undefined && same && now() - before.at < AGAIN_AFTER) {
      before.kept += 1;
      return;
    }
    const kept = before?.kept ?? 0;
    if (before !== undefined && kept > 0 && !same) write(event, { ...before.facts, times: kept });
    last.set(event, { facts, text, at: now(), kept: 0 });
    write(event, kept > 0 && same ? { ...facts, times: kept + 1 } : facts);
  };
}

/** `told client=10.0.0.1 number=7`: JSON quotes and escapes whatever is not a plain word. */
function asSentence(event: string, facts: EventFacts): string {
  const words = Object.entries(facts).map(([key, value]) => `${key}=${plainOrJson(value)}`);
  return [event, ...words].join(' ');
}

function plainOrJson(value: EventFacts[string]): string {
  if (typeof value === 'string' && /^[\w.:/%@+-]+$/.test(value)) return value;
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
