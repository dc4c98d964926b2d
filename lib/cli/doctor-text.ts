import { cureOf, type Examined } from '../checks/examine.ts';
import { VERDICTS } from '../checks/index.ts';
import { printable, printableSentence } from '../printable.ts';
import { WIDTH } from './terminal.ts';
import { wrap } from './wrap.ts';

/** Columns before what was seen: the verdict, and what was looked at. */
const INDENT = 9;
const CODE = 17;
const LONGEST = 600;

/**
 * What all checks found, for people: a line for each that is well, then the others with what to do about it. The worst comes
 * last: that is what is on the screen when we are done, however small it is.
 */
export function doctorText(node: string, findings: readonly Examined[]): string {
  const complaints = findings.filter(({ verdict }) => verdict !== 'ok');
  const lines = [
    ...findings.filter(({ verdict }) => verdict === 'ok').flatMap(wellLine),
    '',
    ...complaints.sort((one, other) => rank(one) - rank(other)).flatMap((each) => [...complaint(each), '']),
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
