import { cureOf, type Examined } from '../checks/examine.ts';
import { VERDICTS } from '../checks/index.ts';
import { printable, printableSentence } from '../printable.ts';
import { WIDTH } from './terminal.ts';
import { wrap } from './wrap.ts';

/** Columns before what was seen: the verdict, and what was looked at. */
const INDENT = 9;
const CODE = 17;
const LONGEST = 600;

/** What all checks found, for people: the worst first, what to do about it, and at the end a line for each that is well. */
export function doctorText(node: string, findings: readonly Examined[]): string {
  const sorted = [...findings].sort((one, other) => rank(other) - rank(one));
  const complaints = sorted.filter(({ verdict }) => verdict !== 'ok');
  const well = sorted.filter(({ verdict }) => verdict === 'ok');
  const lines = [
    ...complaints.flatMap((finding) => [...complaint(finding), '']),
    ...well.flatMap(wellLine),
    '',
    ...wrap(`${printable(node)}: ${summary(findings)}`, WIDTH),
  ];
  return `${lines.join('\n')}\n`;
}

function complaint(finding: Examined): string[] {
  const { verdict, about, evidence, consequence } = finding;
  const cure = cureOf(finding);
  return [
    ...block(verdict.toUpperCase(), `${subjectOf(finding)}: ${about}`),
    ...block('  found', evidence),
    ...block('  so', consequence),
    ...(cure === null ? [] : block('  cure', cure)),
  ];
}

function wellLine(finding: Examined): string[] {
  const lines = wrap(printableSentence(finding.evidence, LONGEST), WIDTH - INDENT - CODE);
  const head = subjectOf(finding);
  const first = head.length < CODE ? [] : [`${'ok'.padEnd(INDENT)}${head}`];
  return [
    ...first,
    ...lines.map((line, at) => {
      const named = at === 0 && first.length === 0;
      return `${(named ? 'ok' : '').padEnd(INDENT)}${(named ? head : '').padEnd(CODE)}${line}`;
    }),
  ];
}

function block(head: string, text: string): string[] {
  const lines = wrap(printableSentence(text, LONGEST), WIDTH - INDENT);
  return lines.map((line, at) => `${(at === 0 ? head : '').padEnd(INDENT)}${line}`);
}

function subjectOf({ code, service }: Examined): string {
  return service === null ? code : `${printable(service, 71)}/${code}`;
}

function summary(findings: readonly Examined[]): string {
  const counted = [...VERDICTS].reverse().map((verdict) => {
    const number = findings.filter((finding) => finding.verdict === verdict).length;
    return `${number} ${verdict}`;
  });
  return counted.filter((text) => !text.startsWith('0 ')).join(', ');
}

function rank({ verdict }: Examined): number {
  return VERDICTS.indexOf(verdict);
}
