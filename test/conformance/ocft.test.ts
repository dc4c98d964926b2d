import t from 'tap';
import { built, Sandbox } from './sandbox.ts';

t.test('ocft runs the cases that come with it', async (t) => {
  const node = await Sandbox.create(t, built(t));
  const { code, stdout, stderr } = await node.sh(`
    mkdir -p /var/lib/resource-agents/ocft/cases /run/resource-agents
    ocft make lockferry-nfslock && ocft test -v lockferry-nfslock`);
  t.equal(code, 0, stderr);
  t.notMatch(stdout, /FAILED/);
  t.ok((stdout.match(/OK/g) ?? []).length >= 12, stdout);
});
