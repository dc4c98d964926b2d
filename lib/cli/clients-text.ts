import { instant } from '../instant.ts';
import { printable, printableSentence } from '../printable.ts';
import type { ClientEntry } from './client-list.ts';
import type { ServiceClients } from './clients.ts';
import { WIDTH } from './terminal.ts';
import { wrap } from './wrap.ts';

/** A state's longest word is `recorded`, a number has ten digits at most. */
const STATE = 8;
const NUMBER = 10;
const LONGEST = 1000;

/** The clients of one service, for people: a headline, one line a client, and beneath it what it answered. */
export function clientsText({ service, clients, problem }: ServiceClients): string {
  const name = printable(service, LONGEST) || 'unnamed service';
  if (clients === null) return block([`${name}: ${printableSentence(String(problem), LONGEST)}`]);
  const some = clients.length === 1 ? '1 client' : `${clients.length} clients`;
  const width = Math.max(...clients.map(({ client }) => printable(client).length), 0);
  return block([`${name}: ${some}`, ...clients.flatMap((entry) => clientLines(entry, width))]);
}

function clientLines({ client, phase, number, names, at }: ClientEntry, width: number): string[] {
  const columns = [
    printable(client).padEnd(width),
    phase.padEnd(STATE),
    (number === null ? '-' : String(number)).padEnd(NUMBER),
    instant(at) ?? 'an unknown time',
  ];
  const told = Object.entries(names).map(([name, outcome]) => `${printable(name)} ${printable(outcome)}`);
  const beneath = told.length === 0 ? [] : wrap(told.join(', '), WIDTH - 4).map((line) => `    ${line}`);
  return [`  ${columns.join('  ')}`, ...beneath];
}

function block(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
