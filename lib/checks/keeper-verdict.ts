import { Fault, sentenceOf } from '../fault.ts';
import type { Report } from '../keeper/index.ts';
import { printableSentence } from '../printable.ts';
import type { ServiceCheck } from './check.ts';
import type { ExaminedNode } from './examined-node.ts';

/** On a busy node it is late for once, not least as doctor looks at everything at a time. */
const TRIES = 3;

export const keeperVerdict: ServiceCheck = {
  of: 'service',
  code: 'keeper',
  about: 'what the keeper says of the service',
  consequence: 'Locks that clients get now may be lost at the next failover.',
  async look({ keeper }, { name, startedHere }) {
    if (!startedHere) return { verdict: 'ok', evidence: 'the service is not started on this node' };
    const cure = `see "lockferry status" and /run/lockferry/services/${name}/events.jsonl`;
    try {
      const report = await reportInTime(keeper, name);
      const { state, reason } = report.verdict;
      if (state === 'ok') return { verdict: 'ok', evidence: summary(report) };
      const evidence = printableSentence(reason ?? state, 300);
      return { verdict: state === 'degraded' ? 'warning' : 'bad', evidence, cure };
    } catch (error) {
      return { verdict: 'bad', evidence: printableSentence(sentenceOf(error), 300), cure };
    }
  },
};

async function reportInTime(keeper: ExaminedNode['keeper'], name: string, tries = TRIES): Promise<Report> {
  try {
    return await keeper(name);
  } catch (error) {
    if (tries === 1 || !(error instanceof Fault && error.code === 'timed-out')) throw error;
    return reportInTime(keeper, name, tries - 1);
  }
}

function summary({ phase, clients, version }: Report): string {
  const number = Object.values(clients).reduce((sum, each) => sum + each, 0);
  return `${phase}, ${number} clients, version ${version}`;
}
