import { instant } from '../../instant.ts';
import { printable, printableSentence } from '../../printable.ts';
import { WIDTH } from '../terminal.ts';
import { wrap } from '../wrap.ts';
import type { ClientStory, RecoveryReport } from './recovery-report.ts';
import { endText, headline, moments, namesText, seconds, stepsText } from './sentences.ts';
import type { ServiceReport } from './service-report.ts';

/** Columns before a fact's value, and of a moment's time. */
const INDENT = 16;
const TIME = 10;
/** `recorded` and `answered` are the longest. */
const PHASE = 8;
const LONGEST = 1000;

/** The last recovery of one service, for people. Ends with a newline. */
export function reportText({ service, recovery, problem }: ServiceReport): string {
  const name = printable(service, LONGEST) || 'unnamed service';
  if (recovery === null) return `${name}: ${printableSentence(String(problem), LONGEST)}\n`;
  const lines = wrap(`${name}: ${headline(recovery)}`, WIDTH);
  if (recovery.state !== 'none') lines.push(...facts(recovery), ...timeline(recovery), ...clients(recovery));
  return `${lines.join('\n')}\n`;
}

function facts(report: RecoveryReport): string[] {
  const { owner, from, begun, names, stateNumber, eventLog } = report;
  const log = {
    whole: [],
    partial: ['only its end: the beginning of the event log is overwritten'],
    none: ['nothing: the log of this recovery is not on this node any more'],
  }[eventLog];
  return [
    ...fact('owner', [`${printable(owner.node) || 'an unknown node'}, epoch ${owner.epoch}`]),
    ...fact('from', from === null ? [] : [printable(from)]),
    ...fact('begun', [instant(begun) ?? 'at an unknown time']),
    ...fact('ended', [endText(report)]),
    ...fact(
      'told as',
      names.map((name) => printable(name)),
    ),
    ...fact('state number', stateNumber === null ? [] : [String(stateNumber)]),
    ...fact('event log', log),
  ];
}

function fact(name: string, values: readonly string[]): string[] {
  const lines = values.flatMap((value) => wrap(value, WIDTH - INDENT));
  return lines.map((line, index) => `${`  ${index === 0 ? name : ''}`.padEnd(INDENT)}${line}`);
}

function timeline({ timeline, begun }: RecoveryReport): string[] {
  const lines = moments(timeline).flatMap(({ at, what }) => {
    const [first = '', ...others] = wrap(what, WIDTH - TIME - 2);
    return [
      `${seconds(at - begun).padStart(TIME)}  ${first}`,
      ...others.map((line) => `${' '.repeat(TIME + 2)}${line}`),
    ];
  });
  return lines.length === 0 ? [] : ['', '  what happened', ...lines];
}

function clients({ clients, begun }: RecoveryReport): string[] {
  const width = Math.min(
    clients.reduce((most, { client }) => Math.max(most, printable(client).length), 0),
    22,
  );
  return ['', '  clients', ...clients.flatMap((client) => clientLines(client, width, begun))];
}

function clientLines(story: ClientStory, width: number, begun: number): string[] {
  const head = `  ${printable(story.client).padEnd(width)}  ${story.phase.padEnd(PHASE)}  `;
  const [first = '', ...others] = wrap(stepsText(story, begun), Math.max(WIDTH - head.length, 20));
  const told = story.phase === 'back' || story.phase === 'present' ? '' : namesText(story);
  const beneath = [...others, ...(told === '' ? [] : wrap(told, WIDTH - 6))];
  return [`${head}${first}`.trimEnd(), ...beneath.map((line) => `      ${line}`)];
}
