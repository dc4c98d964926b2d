import t from 'tap';
import { type Answer, built, Sandbox } from './sandbox.ts';

/**
 * The installed command without Pacemaker: real rpcbind and rpc.statd answer as the client, real sm-notify reads what
 * was restored. test/cluster/by-hand.test.ts has the locks.
 */
t.setTimeout(180_000);

const LINE = `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 127.0.0.1 n1`;
const STORE = '--shared-dir /srv/locks';
const saidBy = ({ stdout }: Answer) => JSON.parse(stdout);

t.test('a store is made, listed, told from and restored by hand', async (t) => {
  const node = await Sandbox.create(t, built(t));
  await node.sh(`echo '${LINE}' >/var/lib/nfs/sm/127.0.0.1`);
  const first = await node.sh(`lockferry snapshot ${STORE} --service nfs --json`);
  t.match(saidBy(first), { service: 'nfs', epoch: 1, clients: 1, captured: ['127.0.0.1'] });
  t.match(saidBy(await node.sh(`lockferry clients ${STORE} --json`)).services, [
    { service: 'nfs', clients: [{ client: '127.0.0.1', phase: 'recorded' }] },
  ]);
  t.match(await node.sh(`lockferry status ${STORE}`), { code: 0, stdout: /^nfs: ok, stopped\n/ });

  t.match(await node.sh(`lockferry notify ${STORE} --ip 127.0.0.1`), {
    code: 1,
    stdout: '',
    stderr: /^lockferry: no lock manager runs on this node\n$/,
  });
  const restored = await node.sh(`lockferry restore ${STORE} --to /run/nfs-statd --json`);
  t.match(saidBy(restored), { clients: ['127.0.0.1'], to: '/run/nfs-statd', problems: [] });
  t.match(await node.sh('cat /run/nfs-statd/sm/127.0.0.1'), { stdout: `${LINE}\n` });
  t.match(await node.sh(`lockferry restore ${STORE} --to /run/nfs-statd`), {
    code: 1,
    stderr: /is not empty/,
  });

  await node.sh('echo junk >/var/lib/nfs/sm/junk');
  const live = await node.sh(`lockferry restore ${STORE} --live --json`);
  t.match(saidBy(live), { clients: ['127.0.0.1'], to: '/var/lib/nfs', problems: [] });
  t.match(await node.sh('cat /var/lib/nfs/sm/127.0.0.1 /var/lib/nfs/sm/junk'), { stdout: `${LINE}\njunk\n` });

  // The client: rpcbind and rpc.statd of this node, which have no more to do with the server's part of it.
  await node.sh('mkdir -p /run/rpcbind /run/sm/sm /run/sm/sm.bak; rpcbind -w; rpc.statd -L -P /run/sm');
  t.match(await node.sh(`lockferry restore ${STORE} --live`), {
    ...{ code: 1, stdout: '' },
    stderr:
      /^lockferry: rpc\.statd runs, and would neither see the records nor spare them: stop it, or give --to\n$/,
  });
  const notify = 'lockferry notify --from /run/nfs-statd --ip 127.0.0.1 --outside-grace --within 20';
  const told = await node.sh(`${notify} --json`);
  t.equal(told.code, 0);
  t.match(saidBy(told), {
    ...{ service: null, end: 'complete', names: ['127.0.0.1'], problems: [] },
    clients: [{ client: '127.0.0.1', told: true, names: { '127.0.0.1': 'answered' } }],
  });
  const again = await node.sh(notify);
  t.match(again, {
    code: 0,
    stdout: /^1 of 1 clients told as 127\.0\.0\.1 with state number \d+: all were told\n/,
  });
  t.equal(again.stderr, 'lockferry: 1 of 1 clients told\n', 'plain lines where no person looks');

  const smNotify = await node.sh(
    'sm-notify -d -f -n -m 1 -v 127.0.0.1 -P /run/nfs-statd 2>&1; ls /run/nfs-statd/sm',
  );
  t.equal(smNotify.stdout.includes('No hosts to notify'), false, 'sm-notify takes it for a statd directory');
});

t.test('a store that does not answer holds no command', async (t) => {
  const node = await Sandbox.create(t, built(t));
  await node.sh(`lockferry snapshot ${STORE} --service nfs`);
  // The process that works on the store is stopped as storage would stop it: as soon as it is to touch the store.
  await node.sh(
    `mv /usr/share/lockferry/lockferry-storage.cjs /run/real.cjs
     cat >/usr/share/lockferry/lockferry-storage.cjs <<'E'
process.on('message', () => process.kill(process.pid, 'SIGSTOP'));
require('/run/real.cjs');
E`,
  );
  const begun = Date.now();
  const { code, stdout: said, stderr } = await node.sh(`lockferry status ${STORE}`);
  t.match({ code, said }, { code: 1, said: '' });
  t.match(
    stderr,
    /^lockferry: reading the lock store in \/srv\/locks took longer than 5 s: the storage does not answer\n$/,
  );
  t.ok(Date.now() - begun < 12_000);
  const { stdout } = await node.sh(`lockferry clients ${STORE} --json; echo $?`);
  t.match(
    stdout,
    /"clients":null,"problem":"reading the lock store in \/srv\/locks took longer than 5 s[^\n]*\n1\n$/,
  );
});
