import { existsSync } from 'node:fs';
import t from 'tap';
import { AGENT, built, builtWithFakeKeeper, Sandbox } from './sandbox.ts';

const options = ['-o', 'shared_dir=/srv/locks', '-o', 'ip=192.0.2.1'];
/** What ocf-tester says of an agent without optional actions; it has no word for a missing migrate_to. */
const PASSED = `Beginning tests for ${AGENT}...
* Your agent does not support the notify action (optional)
* Your agent does not support the demote action (optional)
* Your agent does not support the promote action (optional)
* Your agent does not support promotable clones (optional)
* Your agent does not support the reload action (optional)
${AGENT} passed all tests
`;

t.test('ocf-tester passes, whatever the keeper is', async (t) => {
  const node = await Sandbox.create(t, builtWithFakeKeeper(t));
  t.same(await node.run(['ocf-tester', '-n', 'tested', ...options, AGENT]), {
    code: 0,
    stdout: PASSED,
    stderr: '',
  });
  t.equal((await node.sh('ls -A /run/lockferry/services')).stdout, '', 'and leaves nothing behind');
});

const skip = existsSync('lib/keeper/main.ts') ? false : 'lib/keeper/main.ts is not there';
t.test('ocf-tester passes with the real keeper', { skip }, async (t) => {
  const node = await Sandbox.create(t, built(t));
  t.same(await node.run(['ocf-tester', '-n', 'tested', ...options, AGENT]), {
    code: 0,
    stdout: PASSED,
    stderr: '',
  });
});
