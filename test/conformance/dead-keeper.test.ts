import t, { type Test } from 'tap';
import { built, RIGHT, Sandbox } from './sandbox.ts';

const dist = built(t);
const RUN = '/run/lockferry/services/locks';
const line = (client: string) => `0100007f 000186b5 00000004 00000010 ${'0'.repeat(32)} ${client} n1`;

/** A node on which the service runs with one client, and its keeper is killed before another one comes. */
async function killed(t: Test) {
  const node = await Sandbox.create(t, dist);
  await node.sh(`echo '${line('192.0.2.7')}' >/var/lib/nfs/sm/192.0.2.7`);
  t.match(await node.agent('start'), { code: 0, stderr: '' });
  const pid = (await node.sh(`cat ${RUN}/keeper.pid`)).stdout.trim();
  await node.sh(`kill -KILL ${pid}; while [ -e /proc/${pid}/exe ]; do sleep 0.01; done`);
  await node.sh(`echo '${line('192.0.2.8')}' >/var/lib/nfs/sm/192.0.2.8`);
  const clients = async () => {
    const { stdout } = await node.sh('lockferry clients --shared-dir /srv/locks --json');
    return [...stdout.matchAll(/192\.0\.2\.\d/g)].map(([address]) => address);
  };
  t.same(new Set(await clients()), new Set(['192.0.2.7']));
  return { node, clients };
}

t.test('a service that stops after its keeper has died records who came since', async (t) => {
  const { node, clients } = await killed(t);
  t.same(await node.agent('stop'), { code: 0, stdout: '', stderr: '' });
  t.same(new Set(await clients()), new Set(['192.0.2.7', '192.0.2.8']));
  t.equal((await node.sh('ls -A /run/lockferry/services')).stdout, '');
});

t.test('where it cannot, stop says so, succeeds, and leaves nothing', async (t) => {
  const { node } = await killed(t);
  await node.sh('mv /srv/locks /srv/away');
  t.match(await node.agent('stop'), { code: 0, stderr: /^WARNING: no keeper was there to leave: not all/ });
  t.equal((await node.sh('ls -A /run/lockferry/services')).stdout, '');
});

t.test(
  'without Node.js, stop has the keeper record who came since, and its door for the callout goes',
  async (t) => {
    const node = await Sandbox.create(t, dist);
    // Nothing captures but monitors, of which there are none, and stop.
    const env = { ...RIGHT, OCF_RESKEY_capture: 'monitor' };
    t.match(await node.agent('start', env), { code: 0, stderr: '' });
    await node.sh(`echo '${line('192.0.2.8')}' >/var/lib/nfs/sm/192.0.2.8`);
    t.match(await node.sh('ls /run/lockferry/callout/locks'), { code: 0 });
    const stopped = await node.agent('stop', { ...env, OCF_TESTER_FAIL_HAVE_BINARY: '1' });
    t.match(stopped, { code: 0, stderr: /^WARNING: no Node.js at [^\n]+\n$/ });
    t.match(await node.sh('lockferry clients --shared-dir /srv/locks --json'), { stdout: /192\.0\.2\.8/ });
    t.equal(
      (await node.sh('ls -A /run/lockferry/services /run/lockferry/callout')).stdout.includes('locks'),
      false,
    );
  },
);

t.test('a start that fails beside a service that runs leaves it to be stopped', async (t) => {
  const { node, clients } = await killed(t);
  await node.sh('mv /srv/locks /srv/away; : >/srv/locks');
  t.match(await node.agent('monitor'), { code: 1 });
  await node.sh('rm /srv/locks; mv /srv/away /srv/locks');
  t.match(await node.agent('stop'), { code: 0, stderr: '' });
  t.same(new Set(await clients()), new Set(['192.0.2.7', '192.0.2.8']), 'which records who came since');
});

/** What a stop notes of a service where the cluster says that it is to be started here again. */
async function noteOfKept(node: Sandbox): Promise<string> {
  await node.sh('cp /bin/sleep /run/ganesha.nfsd; /run/ganesha.nfsd 1000 >/dev/null 2>&1 & sleep 0.1');
  const pid = (await node.sh('pidof ganesha.nfsd')).stdout.trim();
  const since = (await node.sh(`cut -d ' ' -f 22 /proc/${pid}/stat`)).stdout.trim();
  const { code, stderr } = await node.agent('start');
  if (code !== 0) throw new Error(stderr);
  const service = JSON.parse((await node.sh(`cat ${RUN}/service.json`)).stdout);
  // Nothing could be released by this lock manager.
  const note = { service: { ...service, unlockOnStop: false }, lockManager: `ganesha.nfsd:${pid}:${since}` };
  return `mkdir -p /run/lockferry/node/kept; echo '${JSON.stringify(note)}' >/run/lockferry/node/kept/locks`;
}

t.test('a stop after a start that failed does what the one before it left to be done', async (t) => {
  const node = await Sandbox.create(t, dist);
  const note = await noteOfKept(node);
  t.match(await node.agent('stop'), { code: 0 });
  await node.sh(note);
  await node.sh('mv /srv/locks /srv/away; : >/srv/locks');
  t.match(await node.agent('start'), { code: 1 });
  await node.sh('rm /srv/locks; mv /srv/away /srv/locks');
  await node.sh(`echo '${line('192.0.2.8')}' >/var/lib/nfs/sm/192.0.2.8`);
  t.same(await node.agent('stop'), { code: 0, stdout: '', stderr: '' });
  t.match((await node.sh('lockferry clients --shared-dir /srv/locks')).stdout, '192.0.2.8');
  t.same(await node.sh('ls -A /run/lockferry/services /run/lockferry/node/kept | grep locks'), {
    ...{ code: 1, stdout: '', stderr: '' },
  });
  await node.sh('echo "{" >/run/lockferry/node/kept/locks');
  t.match(
    await node.agent('stop'),
    { code: 0, stderr: /^WARNING: no keeper was there to leave/ },
    'it is no note',
  );
});

t.test('where a stop has left locks, and nobody starts the service, they are released', async (t) => {
  const node = await Sandbox.create(t, dist);
  await node.sh(await noteOfKept(node));
  t.same(await node.agent('stop'), { code: 0, stdout: '', stderr: '' });
  await node.sh(`echo '${line('192.0.2.8')}' >/var/lib/nfs/sm/192.0.2.8`);
  await node.sh('timeout 60 sh -c "while [ -e /run/lockferry/node/kept/locks ]; do sleep 0.2; done"');
  t.match((await node.sh('lockferry clients --shared-dir /srv/locks')).stdout, '192.0.2.8');
  t.equal((await node.sh('ls -A /run/lockferry/services')).stdout, '');
});

t.test('what a keeper dies of is in its event log', async (t) => {
  const node = await Sandbox.create(t, dist);
  t.match(await node.agent('start'), { code: 0 });
  await node.sh(`cp ${RUN}/service.json /run/service.json`);
  t.match(await node.agent('stop'), { code: 0 });
  // It cannot listen.
  await node.sh(`mkdir -p ${RUN}/keeper.sock/taken; cp /run/service.json ${RUN}`);
  t.match(await node.sh('node /usr/share/lockferry/keeper.cjs locks'), { code: 1 });
  t.match((await node.sh(`cat ${RUN}/events.jsonl`)).stdout, /"event":"died","reason":".*keeper\.sock/);
});
