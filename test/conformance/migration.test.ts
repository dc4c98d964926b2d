import t, { type Test } from 'tap';
import { AGENT, built, RIGHT, Sandbox } from './sandbox.ts';

t.setTimeout(180_000);
const dist = built(t);
const MIGRATING = {
  ...RIGHT,
  OCF_RESKEY_CRM_meta_migrate_target: 'n2',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};
const CLIENT = `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 192.0.2.7 n1`;

/** Runs `first` as node n1, on which the service runs, and then `second` as node n2, with a /run of its own. */
async function migrate(t: Test, first: string, second: string) {
  const node = await Sandbox.create(t, dist);
  await node.sh(
    `cat >/run/second <<'END'\nset -e\nhostname n2\nmount -t tmpfs tmpfs /run/lockferry\n${second}\nEND`,
  );
  await node.sh(`cat >/run/first <<'END'
hostname n1
${AGENT} start || exit 99
echo '${CLIENT}' >/var/lib/nfs/sm/192.0.2.7
${first}
unshare --uts --mount sh /run/second
echo $? >/run/second.code
${AGENT} stop
END`);
  const { stdout, stderr } = await node.run(['unshare', '--uts', 'sh', '/run/first'], MIGRATING);
  const code = Number((await node.sh('cat /run/second.code')).stdout);
  return { node, code, stdout, stderr };
}

t.test('what one node hands over, the other one takes over; the stop that follows is silent', async (t) => {
  const { code, stdout, stderr } = await migrate(
    t,
    `${AGENT} migrate_to && echo handed over`,
    `${AGENT} migrate_from; ${AGENT} monitor; lockferry status --json; ${AGENT} migrate_from; ${AGENT} stop`,
  );
  t.equal(stderr, '');
  t.equal(code, 0);
  const [said, ...status] = stdout.split('\n');
  t.equal(said, 'handed over');
  t.match(JSON.parse(status.join('\n')), {
    services: [{ owner: { node: 'n2', epoch: 2 }, clients: { conveyed: 1 }, phase: 'recovering' }],
  });
});

t.test(
  'what is stopped cannot be handed over; the other node starts it, and nobody is forgotten',
  async (t) => {
    const { node, code, stdout, stderr } = await migrate(
      t,
      `${AGENT} stop; ${AGENT} migrate_to; echo $? >/run/first.code`,
      `${AGENT} migrate_from || ${AGENT} stop; ${AGENT} start; lockferry status --json; ${AGENT} stop`,
    );
    t.equal((await node.sh('cat /run/first.code')).stdout, '7\n', 'not running');
    t.match(stderr, /^ocf-exit-reason:the lock store here was not handed over to n2; [^\n]*\n$/);
    t.equal(code, 0);
    t.match(JSON.parse(stdout), { services: [{ owner: { node: 'n2' }, clients: { conveyed: 1 } }] });
  },
);

t.test('a node that sees other storage says so', async (t) => {
  const { code, stderr } = await migrate(
    t,
    `${AGENT} migrate_to`,
    `mount -t tmpfs tmpfs /srv; ${AGENT} migrate_from || { code=$?; ${AGENT} stop; exit $code; }`,
  );
  t.equal(code, 1);
  t.equal(
    stderr,
    'ocf-exit-reason:the lock store here was not handed over to n2; shared_dir must be the same storage on all nodes\n',
  );
});

t.test('while its address is here, nothing is handed over', async (t) => {
  const { node, stderr } = await migrate(
    t,
    `ip addr add 192.0.2.1/32 dev lo; ${AGENT} migrate_to; echo $? >/run/first.code`,
    'exit 0',
  );
  t.equal((await node.sh('cat /run/first.code')).stdout, '1\n');
  t.equal(
    stderr,
    'ocf-exit-reason:address 192.0.2.1 is still on this node; order nfslock before the address\n',
  );
});

t.test('a keeper that hangs is replaced, and its successor hands over, in bounded time', async (t) => {
  const hang = 'kill -STOP $(cat /run/lockferry/services/locks/keeper.pid)';
  const begun = Date.now();
  const { node, stderr } = await migrate(
    t,
    `${hang}; OCF_RESKEY_CRM_meta_timeout=6000 ${AGENT} migrate_to; echo $? >/run/first.code`,
    'exit 0',
  );
  t.equal((await node.sh('cat /run/first.code')).stdout, '0\n');
  t.equal(stderr, '');
  t.ok(Date.now() - begun < 25_000, 'stop included');
});
