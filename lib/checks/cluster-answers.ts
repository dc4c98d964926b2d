import { Fault, sentenceOf } from '../fault.ts';
import type { NodeCheck } from './check.ts';

export const clusterAnswers: NodeCheck = {
  of: 'node',
  code: 'cluster',
  about: 'whether Pacemaker says how it is configured',
  consequence: 'Whether it fences, and in which order it starts what, was not looked at.',
  async look({ cluster }) {
    try {
      const { primitives } = await cluster();
      return { verdict: 'ok', evidence: `Pacemaker answers, with ${primitives.length} resources` };
    } catch (error) {
      if (error instanceof Fault && error.code === 'not-installed') {
        return { verdict: 'ok', evidence: 'Pacemaker is not installed' };
      }
      return { verdict: 'unknown', evidence: sentenceOf(error), cure: 'start the cluster on this node' };
    }
  },
};
