import { execFileSync } from 'node:child_process';
import t from 'tap';
import { AGENT, built, Sandbox } from './sandbox.ts';

const dist = built(t);
const LINE = `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} 192.0.2.7 n1`;
/** Without what tap has every Node.js load, which this one cannot. */
const PLAIN = 'env -u NODE_OPTIONS';

// Those that Debian 12 and its successors bring; the tests themselves run on 20.
for (const version of ['18.20.8', '22.23.3']) {
  t.test(`Node.js ${version} runs agent, keeper and command`, async (t) => {
    const program = execFileSync('scripts/other-node', [version], { encoding: 'utf8' }).trim();
    const node = await Sandbox.create(t, dist, ['--node', program]);
    const tested = [
      'ocf-tester',
      '-n',
      'tested',
      '-o',
      'shared_dir=/srv/tested',
      '-o',
      'ip=192.0.2.1',
      AGENT,
    ];
    t.match(await node.run(tested), { code: 0, stdout: /passed all tests/ });

    t.match(await node.agent('start'), { code: 0, stderr: '' });
    const keeper = await node.sh('readlink /proc/$(cat /run/lockferry/services/locks/keeper.pid)/exe');
    t.equal(keeper.stdout.trim(), program, 'it is this one that runs');
    await node.sh(`echo '${LINE}' >/var/lib/nfs/sm/192.0.2.7`);
    t.match(await node.agent('monitor'), { code: 0, stderr: '' });
    const { stdout } = await node.sh(`${PLAIN} lockferry status --json`);
    t.match(JSON.parse(stdout), { services: [{ service: 'locks', verdict: { state: 'ok' } }] });
    t.match(await node.agent('stop'), { code: 0, stderr: '' });
    const store = await node.sh(`${PLAIN} lockferry status --shared-dir /srv/locks --json`);
    t.equal(JSON.parse(store.stdout).services[0].clients.recorded, 1);
  });
}
