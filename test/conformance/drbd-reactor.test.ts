import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { codeBlocks } from '../support/markdown.ts';
import { AGENT, built, Sandbox } from './sandbox.ts';

t.setTimeout(180_000);

t.test("drbd-reactor's nfslock runs with what drbd-reactor gives it", async (t) => {
  const [toml = ''] = codeBlocks(readFileSync('docs/guides/drbd-reactor.md', 'utf8'), 'toml');
  const started = [...toml.matchAll(/^ {2}"(?:ocf:\w+:)?([\w.-]+)/gm)].map(([, what]) => what);
  t.same(started, ['Filesystem', 'nfslock', 'nfs-server.service', 'exportfs', 'IPaddr2']);
  const [, words = ''] = /"ocf:lockferry:nfslock ([^"]+)"/.exec(toml) ?? [];
  const [name, ...given] = words.split(' ');
  const env = {
    ...{ OCF_ROOT: '/usr/lib/ocf', OCF_RESOURCE_INSTANCE: `${name}_nfs` },
    ...Object.fromEntries(
      given.map((pair) => pair.split(/=(.*)/)).map(([key, value]) => [`OCF_RESKEY_${key}`, value ?? '']),
    ),
  };
  const node = await Sandbox.create(t, built(t), ['--node', process.execPath]);
  await node.sh('mkdir -p /srv/nfs');
  await runs(t, node, env);
});

/** What the units of drbd-reactor run, from drbd-utils: start, monitor in a loop, and stop at SIGTERM. */
const WRAPPER = '/lib/drbd/scripts/ocf.ra.wrapper.sh';

async function runs(t: Test, node: Sandbox, env: Record<string, string>): Promise<void> {
  const script = `echo $$; exec ${WRAPPER} start-and-monitor ocf.ra@locks_nfs.service 2>/run/wrapper`;
  const wrapper = node.start(['/bin/sh', '-c', script], { ...env, AGENT, monitor_interval: '1' });
  const ended = once(wrapper, 'exit');
  const [pid] = await once(wrapper.stdout, 'data');
  while ((await node.sh('grep READY=1 /run/wrapper')).code !== 0)
    if (wrapper.exitCode !== null) throw new Error((await node.sh('cat /run/wrapper')).stdout);
  t.match(await node.agent('monitor', env), { code: 0 });
  const status = await node.run([process.execPath, '/usr/share/lockferry/lockferry.cjs', 'status']);
  t.match(status.stdout, /^locks_nfs: /);
  // What Pacemaker would be told is degraded: no status monitor is there.
  await node.sh('rm -r /var/lib/nfs/sm');
  const degraded = { ...env, OCF_RA_VERSION_MAJOR: '1', OCF_RA_VERSION_MINOR: '1' };
  for (let code = 0; code !== 190; ) code = (await node.agent('monitor', degraded)).code;
  t.match(
    await node.agent('monitor', env),
    { code: 0, stderr: /no client is captured/ },
    'no reason to end it',
  );
  await node.sh(`kill -TERM ${pid}`);
  t.same(await ended, [0, null], 'the wrapper has stopped it');
  t.match(await node.sh('cat /run/wrapper'), { stdout: /STATUS=about to exec stop/ });
  t.match(await node.agent('monitor', env), { code: 7 });
}
