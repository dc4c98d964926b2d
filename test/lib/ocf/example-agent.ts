import { succeeded } from '../../../lib/ocf/agent.ts';
import { flag, oneOf } from '../../../lib/ocf/codecs.ts';

const run = () => succeeded;

/** An agent that has one of everything. */
export const exampleAgent = {
  name: 'demo',
  version: '1.2',
  shortdesc: 'A <demo>',
  longdesc: 'Says "a" & b.',
  parameters: {
    word: {
      shortdesc: 'Word',
      longdesc: 'One word',
      type: 'string',
      wanted: '"a"',
      default: null,
      unique: true,
      schema: oneOf(['a']),
    },
    loud: {
      shortdesc: 'Loud',
      longdesc: 'Or not',
      type: 'boolean',
      wanted: '',
      default: 'no',
      reloadable: true,
      schema: flag,
    },
  },
  actions: {
    start: { summary: 'Starts', timeout: 60, run },
    monitor: { summary: 'Looks', timeout: 20, interval: 10, depths: [0, 10], run },
  },
} as const;
