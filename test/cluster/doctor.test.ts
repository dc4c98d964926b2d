import t, { type Test } from 'tap';
import { SERVER, waitUntil } from '../../scripts/lab/index.ts';
import { complaints, type Finding, nameOf } from '../support/findings.ts';
import { addStopped, type Doctored, doctor, doctoredCluster } from './doctor-scene.ts';

/** One thing that is broken, and what doctor says of it. */
interface Breakage {
  readonly what: string;
  /** Shell commands for n1, where the service runs. */
  readonly damage: string;
  readonly repair: string;
  /** All that is complained about then: `service/check: verdict`. */
  readonly complaints: readonly string[];
  readonly evidence: RegExp;
  /** Options of Node.js, for what cannot be broken otherwise. */
  readonly node?: readonly string[];
}

const SERVICE = '/lab/scripts/lab/guest/service.sh';
const CONF = '/etc/ganesha/ganesha.conf';
const DROP_IN = '/etc/nfs.conf.d/lockferry.conf';
const UNIT = '/etc/systemd/system/rpc-statd-notify.service';
const ANSWERS = 'until rpcinfo -T tcp 127.0.0.1 100024 1 >/dev/null 2>&1; do sleep 0.05; done';
const edit = (file: string, expression: string) =>
  `cp ${file} ${file}.whole && sed -i '${expression}' ${file}`;
const restore = (file: string) => `mv ${file}.whole ${file}`;
const statd = (options: string) =>
  `${SERVICE} stop statd && { setsid rpc.statd -F -L ${options} </dev/null >/dev/null 2>&1 & } && ${ANSWERS}`;
const STATD = `${SERVICE} stop statd && ${SERVICE} start statd`;
const BREAKAGES: readonly Breakage[] = [
  {
    what: 'another version of Node.js',
    ...{ damage: 'true', repair: 'true' },
    node: ['--require', '/tmp/old.cjs'],
    complaints: ['node-version: bad'],
    evidence: /Node\.js 18\.19\.1/,
  },
  {
    what: 'a clock that is behind that of the other node',
    ...{ damage: 'true', repair: 'true' },
    node: ['--require', '/tmp/behind.cjs'],
    complaints: ['clocks: warning', 'locks/lock-store: warning'],
    evidence: /the clock of n[12] is at least \d+ s ahead of ours/,
  },
  {
    what: 'sm/ that everybody can write',
    ...{ damage: 'chmod 777 /var/lib/nfs/sm', repair: 'chmod 700 /var/lib/nfs/sm' },
    complaints: ['statd-directory: bad'],
    evidence: /\/var\/lib\/nfs\/sm has mode 777/,
  },
  {
    what: 'a label that rpc.statd may not write',
    damage:
      'mount -t tmpfs none /sys/fs && mkdir /sys/fs/selinux && echo 1 >/sys/fs/selinux/enforce && ' +
      `python3 -c 'import os; os.setxattr("/var/lib/nfs/sm", "security.selinux", b"system_u:object_r:default_t:s0")'`,
    repair: `umount /sys/fs && python3 -c 'import os; os.removexattr("/var/lib/nfs/sm", "security.selinux")'`,
    complaints: ['selinux-label: bad'],
    evidence: /labelled system_u:object_r:default_t:s0/,
  },
  {
    what: 'no rpc.statd',
    ...{ damage: `${SERVICE} stop statd`, repair: `${SERVICE} start statd` },
    complaints: [
      ...['status-monitor: bad', 'callout: unknown', 'ports: warning', 'locks/grace-length: unknown'],
      'locks/served: bad',
    ],
    evidence: /not registered/,
  },
  {
    what: 'an rpc.statd that works elsewhere',
    damage: `cp -a /var/lib/nfs /srv/statd && ${statd('-p 32765 -P /srv/statd')}`,
    repair: STATD,
    complaints: ['statd-path: bad'],
    evidence: /rpc.statd works in \/srv\/statd, and \/var\/lib\/nfs is captured/,
  },
  {
    what: 'a port that changes with each start',
    ...{ damage: statd(''), repair: STATD },
    complaints: ['ports: warning'],
    evidence: /any port: rpc\.statd/,
  },
  {
    what: 'a node that is not set up',
    ...{ damage: `lockferry setup --undo --yes && ${STATD}`, repair: 'lockferry setup --yes' },
    complaints: ['callout: warning', 'lift-grace: warning'],
    evidence: /it is not set up/,
  },
  {
    what: 'a callout that rpc.statd has not heard of yet',
    ...{ damage: 'true', repair: STATD },
    complaints: ['callout: warning'],
    evidence: /rpc.statd did not run it/,
  },
  {
    what: 'a unit that runs sm-notify',
    damage: `mkdir -p /run/systemd/system && rm ${UNIT}`,
    repair: `rm -r /run/systemd && ln -s /dev/null ${UNIT}`,
    complaints: ['notify-unit: warning'],
    evidence: /rpc-statd-notify\.service tells/,
  },
  {
    what: 'an rpc.statd that runs sm-notify',
    damage:
      `${edit(DROP_IN, '/no-notify/d')} && ${SERVICE} stop statd && ` +
      `{ setsid rpc.statd -F -p 32765 </dev/null >/dev/null 2>&1 & } && ${ANSWERS} && rm -f /run/sm-notify.pid`,
    repair: `${restore(DROP_IN)} && ${STATD}`,
    complaints: ['notify-by-statd: warning'],
    evidence: /started without --no-notify/,
  },
  {
    what: 'an sm-notify that may end grace',
    ...{ damage: edit(DROP_IN, 's/lift-grace=n/lift-grace=y/'), repair: restore(DROP_IN) },
    complaints: ['lift-grace: warning'],
    evidence: /ends the grace period/,
  },
  {
    what: 'an NFS-Ganesha that nobody can ask for grace',
    damage: `${edit('/usr/bin/dbus-send', '1s/.*/#!/')} && printf '#!/bin/sh\\nexit 1\\n' >/usr/bin/dbus-send`,
    repair: restore('/usr/bin/dbus-send'),
    complaints: ['grace-ways: bad'],
    evidence: /does not answer on D-Bus/,
  },
  {
    what: 'no grace period to speak of',
    ...{ damage: edit(CONF, 's/Grace_Period = 8/Grace_Period = 0/'), repair: restore(CONF) },
    complaints: ['locks/grace-length: bad'],
    evidence: /^0 s; \d+ clients at/,
  },
  {
    what: 'file handles that depend on the node',
    ...{ damage: edit(CONF, 's/fsid_device = true/fsid_device = false/'), repair: restore(CONF) },
    complaints: ['locks/file-handles: warning'],
    evidence: /fsid_device=false/,
  },
  {
    what: 'a name that nobody knows any more',
    damage: `cp /etc/hosts /tmp/hosts && sed -i /${SERVER}/d /etc/hosts`,
    repair: 'cat /tmp/hosts >/etc/hosts',
    complaints: ['locks/name-service: warning'],
    evidence: /nfs-vip is none of its addresses/,
  },
  {
    what: 'a keeper that hangs',
    damage: 'kill -STOP $(cat /run/lockferry/services/locks/keeper.pid)',
    repair: 'kill -CONT $(cat /run/lockferry/services/locks/keeper.pid)',
    complaints: ['locks/keeper: bad'],
    evidence: /did not answer/,
  },
  {
    what: 'a cluster that does not fence',
    damage: 'crm configure property stonith-enabled=false',
    repair: 'crm configure property stonith-enabled=true',
    complaints: ['fencing: bad'],
    evidence: /stonith-enabled=false/,
  },
];

t.test('doctor', { timeout: 280_000 }, async (t) => {
  const scene = await doctoredCluster(t);
  const { n1, n2, c1 } = scene;
  await n1.writeFile(
    '/tmp/old.cjs',
    "Object.defineProperty(process.versions, 'node', { value: '18.19.1' });",
  );
  await n1.writeFile('/tmp/behind.cjs', 'const { now } = Date; Date.now = () => now() - 3_600_000;');
  t.match(await c1.lock({ server: SERVER, file: 'a', wait: 'grace', retryMs: 200 }, 60), {
    status: 'NLM4_GRANTED',
  });

  await t.test('a healthy cluster is healthy, from either node', async (t) => {
    for (const node of [n1, n2]) await expectHealth(t, node);
    const records = await n1.output(['ls', '-A', '/var/lib/nfs/sm', '/run/lockferry/callout']);
    t.match(
      records,
      /^\/run\/lockferry\/callout:\nlocks\n\n\/var\/lib\/nfs\/sm:\nc1\n$/,
      'nothing is left behind',
    );
  });
  for (const breakage of BREAKAGES) {
    await t.test(breakage.what, async (t) => {
      await n1.output(['sh', '-c', breakage.damage]);
      const { findings } = await complaining(t, n1, breakage.complaints, complaints, breakage.node);
      const finding = findings.find((each) => nameOf(each) === breakage.complaints[0]);
      t.match(finding?.evidence, breakage.evidence);
      await n1.output(['sh', '-c', breakage.repair]);
    });
  }
  await t.test('an NFS server that is gone', (t) => withoutServer(t, scene));
  await t.test('all is well again', (t) => expectHealth(t, n1));
  await t.test('resources that are wrong in one way each', (t) => configuredWrongly(t, scene));
  await t.test('a node where Pacemaker does not run', async (t) => {
    await n2.service('stop', 'cluster');
    await complaining(t, n2, ['cluster: unknown']);
  });
});

/**
 * Doctor complains of just these. On a busy machine something may be slow for once: a check that is wrong complains again.
 * @param heard which complaints count
 */
async function complaining(
  t: Test,
  node: Doctored['n1'],
  wanted: readonly string[],
  heard = complaints,
  options: readonly string[] = [],
): ReturnType<typeof doctor> {
  const expected = [...wanted].sort();
  let said = await doctor(node, ...options);
  const found = () => heard(said.findings).sort();
  for (let tries = 1; tries < 3 && found().join() !== expected.join(); tries += 1) {
    said = await doctor(node, ...options);
  }
  t.same(found(), expected, `what doctor says of ${node.name}`);
  return said;
}

async function expectHealth(t: Test, node: Doctored['n1']): Promise<void> {
  const said = await complaining(t, node, []);
  t.equal(said.code, 0);
  t.ok(said.findings.length >= 20);
}

async function withoutServer(t: Test, { n1 }: Doctored): Promise<void> {
  await n1.service('stop', 'ganesha');
  const { findings } = await doctor(n1);
  t.match(
    findings.find(({ code }) => code === 'served'),
    { verdict: 'bad', evidence: /waits for NFS version 3/ },
  );
  await n1.service('start', 'ganesha');
  const health = async () => complaints((await doctor(n1)).findings).length === 0;
  await waitUntil('doctor is content', { timeout: 60, interval: 1 }, health);
}

async function configuredWrongly(t: Test, scene: Doctored): Promise<void> {
  const { n1 } = scene;
  await addStopped(scene);
  const damage = [
    'lockferry snapshot --shared-dir /srv/nfs/damaged --service damaged',
    'sed -i s/n1/n9/ /srv/nfs/damaged/epoch-*',
    'mv /usr/bin/dbus-send /usr/bin/dbus-sent',
  ];
  await n1.output(['sh', '-c', damage.join(' && ')]);
  // Nobody has made a store for those that were never started.
  const toldIn = (findings: readonly Finding[]) =>
    findings.filter(
      ({ verdict, code }) => verdict !== 'ok' && (code !== 'lock-store' || verdict !== 'unknown'),
    );
  const wanted = [
    'damaged/lock-store: bad',
    'fleeting/shared-storage: bad',
    'fleeting/store-place: warning',
    'grace-ways: unknown',
    'hasty/timeouts: warning',
    'late/resource-order: bad',
    'lonely/shared-storage: bad',
    'mute/ganesha-control: bad',
    'unwatched/timeouts: bad',
  ];
  const heard = (findings: readonly Finding[]) => toldIn(findings).map(nameOf);
  const { findings } = await complaining(t, n1, wanted, heard);
  await n1.output(['mv', '/usr/bin/dbus-sent', '/usr/bin/dbus-send']);
  const told = toldIn(findings);
  const evidence = (name: string) => told.find((each) => nameOf(each).startsWith(name))?.evidence;
  t.match(evidence('damaged'), /^damaged in \d+ places, as in epoch-.*checksum/);
  t.match(evidence('late'), /^it may start after late-ip$/);
  t.match(evidence('lonely'), /it is on tmpfs .* this node's own$/);
  t.match(evidence('unwatched'), /no recurring monitor/);
  t.match(evidence('hasty'), /start has 5 s/);
}
