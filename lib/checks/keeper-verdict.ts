import { sentenceOf } from '../fault.ts';
import type { Report } from '../keeper/index.ts';
import { printableSentence } from '../printable.ts';
import type { ServiceCheck } from './check.ts';

export const keeperVerdict: ServiceCheck = {
  of: 'service',
  code: 'keeper',
  about: 'what the keeper says of the service',
  consequence: 'Locks that clients get now may be lost at the next failover.',
  async look({ keeper }, { name, startedHere }) {
    if (!startedHere) return { verdict: 'ok', evidence: 'the service is not started on this node' };
    const cure = `see "lockferry status" and /run/lockferry/services/${name}/events.jsonl`;
    try {
      const report = await keeper(name);
      const { state, reason } = report.verdict;
      if (state === 'ok') return { verdict: 'ok', evidence: summary(report) };
      const evidence = printableSentence(reason ?? state, 300);
      return { verdict: state === 'degraded' ? 'warning' : 'bad', evidence, cure };
    } catch (error) {
      return { verdict: 'bad', evidence: printableSentence(sentenceOf(error), 300), cure };
    }
  },
};

function summary({ phase, clients, version }: Report): string {
  const number = Object.values(clients).reduce((sum, each) => sum + each, 0);
  return `${phase}, ${number} clients, version ${version}`;
}
