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

t.test('ocf-tester passes with the real keeper, on an empty lock store', async (t) => {
  const node = await Sandbox.create(t, built(t));
  t.same(await node.run(['ocf-tester', '-n', 'tested', ...options, AGENT]), {
    code: 0,
    stdout: PASSED,
    stderr: '',
  });
});

/** A client as statd writes it: its file in sm/. */
const RECORD = `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 192.0.2.7 elsewhere`;

t.test('ocf-tester passes on a store that another node left, and tells nobody', async (t) => {
  const node = await Sandbox.create(t, built(t));
  const populate = [
    `echo '${RECORD}' >/var/lib/nfs/sm/192.0.2.7`,
    `OCF_RESOURCE_INSTANCE=tested OCF_RESKEY_shared_dir=/srv/locks OCF_RESKEY_ip=192.0.2.1`,
    `export OCF_RESOURCE_INSTANCE OCF_RESKEY_shared_dir OCF_RESKEY_ip`,
    `unshare --uts sh -ec 'hostname elsewhere; ${AGENT} start; ${AGENT} monitor; ${AGENT} stop'`,
    `rm /var/lib/nfs/sm/192.0.2.7`,
  ];
  t.same(await node.sh(populate.join('\n')), { code: 0, stdout: '', stderr: '' });
  const held = async () => {
    const { stdout } = await node.sh('lockferry status --shared-dir /srv/locks --json');
    const [{ clients, stateNumber, owner }] = JSON.parse(stdout).services;
    const total = Object.values<number>(clients).reduce((sum, count) => sum + count, 0);
    return { total, stateNumber, node: owner.node };
  };
  t.same(await held(), { total: 1, stateNumber: null, node: 'elsewhere' });
  t.same(await node.run(['ocf-tester', '-n', 'tested', ...options, AGENT]), {
    code: 0,
    stdout: PASSED,
    stderr: '',
  });
  const after = await held();
  t.equal(after.total, 1, 'the client is in the store as before');
  t.equal(after.stateNumber, null, 'no notification ever had a number');
  t.not(after.node, 'elsewhere', 'though the store has changed hands');
});
