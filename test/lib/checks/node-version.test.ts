import t from 'tap';
import { nodeVersion } from '../../../lib/checks/node-version.ts';
import { examined, exampleNode } from './example-node.ts';

t.test('Node.js 18.20 is the oldest', async (t) => {
  for (const [version, verdict] of [
    ['18.20.0', 'ok'],
    ['22.0.0', 'ok'],
    ['18.19.1', 'bad'],
    ['16.20.2', 'bad'],
    ['', 'bad'],
  ] as const) {
    const node = exampleNode({ nodeVersion: version });
    t.match(await nodeVersion.look(node, examined()), { verdict }, `version ${version}`);
  }
});
