import { instant } from '../../instant.ts';
import type { LoggedEvent } from '../../node/event-file.ts';
import { printable } from '../../printable.ts';
import type { ClientStory, RecoveryReport } from './recovery-report.ts';

// Everything here is fit for a terminal; a page escapes it once more for HTML.

/** Characters of one fact: a name or a reason. */
const LONGEST = 300;

/** The headline: how it went, and at whose cost. */
export function headline({ state, counts, clients }: RecoveryReport): string {
  const { length } = clients;
  const some = `${length} ${length === 1 ? 'client' : 'clients'}`;
  if (state === 'none') return 'nobody had to be told in this epoch';
  if (state === 'ended') {
    if (counts.missed > 0) return `recovery ended, ${counts.missed} of ${some} missed`;
    return `recovery ended, ${counts.back} of ${some} back${counts.present > 0 ? `, ${counts.present} present` : ''}`;
  }
  const open = length - counts.back - counts.present;
  return `recovery ${state === 'running' ? 'running' : 'broken off'}, ${open} of ${some} not back`;
}

/** `2026-11-29T09:00:00Z, after 12.3 s: grace was over`, or why there is no end. */
export function endText(report: RecoveryReport): string {
  const { state, begun, ended, end } = report;
  if (state === 'running') return 'not yet';
  if (state === 'broken-off') return 'never: the service left this node before';
  const how = end === null ? '' : `: ${ENDS[end] ?? printable(end, LONGEST)}`;
  if (ended === null) return `at an unknown time${how}`;
  return `${instant(ended) ?? 'at an unknown time'}, after ${seconds(ended - begun)}${how}`;
}

const ENDS: Readonly<Record<string, string>> = {
  complete: 'everybody was back or present',
  'grace-over': 'grace was over',
  'too-late': 'nobody was told, for grace was over before',
};

/** What is known of one client's way, `unanswered 0.5 s, answered 2.1 s, back 2.3 s`. */
export function stepsText({ steps, phase }: ClientStory, begun: number): string {
  if (steps.length === 0) return phase === 'present' ? 'its own record was here already' : 'nothing is known';
  return steps.map(({ at, what }) => `${printable(what)} ${seconds(at - begun)}`).join(', ');
}

/** What came of each name, `192.0.2.10 answered`. */
export function namesText({ names }: ClientStory): string {
  return Object.entries(names)
    .map(([name, outcome]) => `${printable(name)} ${printable(outcome)}`)
    .join(', ');
}

/** A moment of the service's timeline; `times` it happened in a row. */
export interface Moment {
  readonly at: number;
  readonly what: string;
}

/** The timeline with what repeats itself told once. */
export function moments(timeline: readonly LoggedEvent[]): Moment[] {
  const told: { event: LoggedEvent; times: number }[] = [];
  for (const event of timeline) {
    const last = told.at(-1);
    if (last !== undefined && last.event.event === event.event && same(last.event, event)) last.times += 1;
    else told.push({ event, times: 1 });
  }
  return told.map(({ event, times }) => {
    return { at: event.at, what: `${sentence(event)}${times > 1 ? ` (${times} times)` : ''}` };
  });
}

function same(one: LoggedEvent, other: LoggedEvent): boolean {
  return JSON.stringify(one.facts) === JSON.stringify(other.facts);
}

/** One event in words; of what has none here, its own word and its facts. */
function sentence({ event, facts }: LoggedEvent): string {
  const fact = (name: string): string => valueText(facts[name]);
  switch (event) {
    case 'adopted':
      if (facts.inPlace === true) return `the keeper was replaced in place on ${fact('node')}`;
      return `${fact('node')} took over${facts.from === null ? '' : ` from ${fact('from')}`}, epoch ${fact('epoch')}`;
    case 'lock-manager-restarted':
      return 'the lock manager restarted: its clients are to be told';
    case 'conveyed':
      return `clients conveyed: ${fact('clients')}`;
    case 'grace-opened':
      return `grace was opened (${fact('way')})`;
    case 'telling':
      return `telling ${fact('clients')} clients, state number ${fact('number')}, as ${fact('names')}`;
    case 'grace-unknown':
      return `it could not be asked whether grace is on: ${fact('reason')}`;
    case 'recovery':
      return 'broken off: the keeper left';
    case 'recovery-ended':
      return `ended: ${ENDS[String(facts.end)] ?? fact('end')}; missed: ${fact('missed')}`;
    default: {
      const words = Object.entries(facts).map(([name, value]) => `${printable(name)}=${valueText(value)}`);
      return [printable(event), ...words].join(' ');
    }
  }
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? '?'), LONGEST);
}

/** Milliseconds as `12.3 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
