import type { NodeCheck } from './check.ts';
import type { CheckedNode } from './examined-node.ts';

/** The first version of Node.js that Lockferry is tested on. */
const OLDEST = [18, 20] as const;

export const nodeVersion: NodeCheck<CheckedNode> = {
  of: 'node',
  code: 'node-version',
  about: 'the version of Node.js',
  consequence: 'Agent and keeper may end at any moment, and nothing is captured from then on.',
  async look({ nodeVersion: version }) {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const [oldestMajor, oldestMinor] = OLDEST;
    const evidence = `Node.js ${version}`;
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
      return { verdict: 'ok', evidence };
    const cure = `install Node.js ${OLDEST.join('.')} or newer`;
    return { verdict: 'bad', fault: 'not-installed', evidence, cure };
  },
};
