import { instant } from '../instant.ts';
import { printable, printableSentence } from '../printable.ts';
import { missedText } from './missed-text.ts';
import type { ServiceStatus } from './service-status.ts';
import { WIDTH } from './terminal.ts';
import { wrap } from './wrap.ts';

/** Columns before a fact's value: two blanks, its name, two blanks. */
const INDENT = 16;
/** Nobody needs more than this of one sentence, characters; and of one list, entries. */
const LONGEST = 1000;
const MOST = 20;

/** One service, for people: a headline, then one fact a line. Ends with a newline. */
export function statusText(status: ServiceStatus): string {
  const { service, phase, verdict, stateNumber, sharedDir, keeper } = status;
  const headline = `${printable(service, LONGEST) || 'unnamed service'}: ${verdict.state}${phase === null ? '' : `, ${phase}`}`;
  const lines = [
    ...wrap(headline, WIDTH),
    // Whoever wrote these sentences has escaped what they quote.
    ...fact('reason', [verdict.reason], printableSentence),
    ...fact('owner', [ownerText(status.owner)]),
    ...fact('state number', [stateNumber === null ? null : String(stateNumber)]),
    ...fact('clients', [clientsText(status.clients)]),
    ...fact('missed', [missedText(status)], printableSentence),
    ...fact('lag', [lagText(status.lag)]),
    ...fact('grace', [graceText(status)]),
    ...fact('waiting for', status.waitingFor),
    ...fact('problems', status.problems, printableSentence),
    ...fact('shared_dir', [sharedDir]),
    ...fact('keeper', [keeper === null ? null : `process ${keeper.pid}, version ${keeper.version}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function fact(name: string, values: readonly (string | null)[], escaped = printable): string[] {
  const known = values.filter((value) => value !== null);
  const shown = known.slice(0, MOST).map((value) => escaped(value, LONGEST));
  if (known.length > MOST) shown.push(`and ${known.length - MOST} more; --json has them all`);
  const lines = shown.flatMap((value) => wrap(value, WIDTH - INDENT));
  return lines.map((line, index) => `${`  ${index === 0 ? name : ''}`.padEnd(INDENT)}${line}`);
}

function graceText({ phase, graceLeft }: ServiceStatus): string | null {
  if (graceLeft !== null) return `${Math.ceil(graceLeft / 1000)} s left, at least`;
  return phase === 'recovering' ? 'how long it lasts is not known here' : null;
}

function ownerText(owner: ServiceStatus['owner']): string | null {
  if (owner === null) return null;
  const { node, epoch, since } = owner;
  return `${node || 'an unknown node'}, epoch ${epoch}, since ${instant(since) ?? 'an unknown time'}`;
}

/** `12: 3 recorded, 9 back`; null: not known. */
export function clientsText(clients: ServiceStatus['clients']): string | null {
  if (clients === null) return null;
  const some = Object.entries(clients).filter(([, number]) => number > 0);
  if (some.length === 0) return 'none';
  const total = some.reduce((sum, [, number]) => sum + number, 0);
  return `${total}: ${some.map(([phase, number]) => `${number} ${phase}`).join(', ')}`;
}

export function lagText(lag: ServiceStatus['lag']): string | null {
  if (lag === null) return null;
  return lag === 0 ? 'none, all is durable' : `${(lag / 1000).toFixed(3)} s`;
}
