import t, { type Test } from 'tap';
import { SERVER, waitUntil } from '../../scripts/lab/index.ts';
import { complaints, type Doctored, doctor, doctoredCluster, nameOf } from './doctor-scene.ts';

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
const edit = (file: string, expression: string) =>
  `cp ${file} ${file}.whole && sed -i '${expression}' ${file}`;
const restore = (file: string) => `mv ${file}.whole ${file}`;
const statd = (options: string) =>
  `${SERVICE} stop statd && { setsid rpc.statd -F -L ${options} </dev/null >/dev/null 2>&1 & } && ` +
  'until rpcinfo -T tcp 127.0.0.1 100024 1 >/dev/null 2>&1; do sleep 0.05; done';
const STATD = `${SERVICE} stop statd && ${SERVICE} start statd`;
const MONITOR = 'op monitor interval=10s timeout=20s';
const OPS = `op start timeout=60s op stop timeout=20s ${MONITOR}`;

/** A resource that is never started. */
const wrong = (parameters: string, operations = OPS, group = 'wrong wrong-address') =>
  `printf '%s\\n' 'primitive wrong ocf:lockferry:nfslock params lock_manager=ganesha ip=10.77.0.200 ${parameters} meta target-role=Stopped ${operations}' ` +
  `'primitive wrong-address ocf:heartbeat:IPaddr2 params ip=10.77.0.200 cidr_netmask=32 meta target-role=Stopped' ` +
  `'group wrongs ${group}' | crm configure load update -`;
const UNDO_WRONG = 'crm --force configure delete wrongs wrong wrong-address';
/** What is wrong with it besides: its address has no name, and nobody made its store. */
const ALSO = ['wrong/lock-store: unknown', 'wrong/name-service: warning'];
const GOOD = 'shared_dir=/srv/nfs/wrong';

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
    complaints: ['status-monitor: bad', 'callout: unknown', 'ports: warning', 'locks/grace-length: unknown'],
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
    what: 'no callout',
    ...{
      damage: `lockferry setup callout --undo --yes && ${STATD}`,
      repair: 'lockferry setup callout --yes',
    },
    complaints: ['callout: warning'],
    evidence: /it is not set up/,
  },
  {
    what: 'a callout that rpc.statd has not heard of yet',
    ...{ damage: 'true', repair: STATD },
    complaints: ['callout: warning'],
    evidence: /rpc.statd did not run it/,
  },
  {
    what: 'no program that speaks to NFS-Ganesha',
    ...{ damage: 'mv /usr/bin/dbus-send /usr/bin/was', repair: 'mv /usr/bin/was /usr/bin/dbus-send' },
    complaints: ['ganesha-control: bad', 'grace-ways: unknown'],
    evidence: /dbus-send is not installed/,
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
  {
    what: 'an address before nfslock',
    ...{ damage: wrong(GOOD, OPS, 'wrong-address wrong'), repair: UNDO_WRONG },
    complaints: ['wrong/resource-order: bad', ...ALSO],
    evidence: /it may start .*after wrong-address/,
  },
  {
    what: 'a start that has no time',
    ...{ damage: wrong(GOOD, `op start timeout=5s op stop timeout=20s ${MONITOR}`), repair: UNDO_WRONG },
    complaints: ['wrong/timeouts: warning', 'wrong/resource-order: bad', ...ALSO],
    evidence: /start has 5 s/,
  },
  {
    what: 'a store on storage of this node',
    ...{ damage: wrong('shared_dir=/srv/shared/wrong'), repair: UNDO_WRONG },
    complaints: ['wrong/shared-storage: bad', ...ALSO],
    evidence: /it is on tmpfs .* this node's own/,
  },
  {
    what: 'a store in /run',
    ...{ damage: wrong('shared_dir=/run/wrong'), repair: UNDO_WRONG },
    complaints: ['wrong/store-place: warning', 'wrong/shared-storage: bad', ...ALSO],
    evidence: /shared_dir is on a file system of this boot/,
  },
  {
    what: 'a store that is damaged',
    damage:
      `lockferry snapshot --shared-dir /srv/shared/wrong --service wrong && ` +
      `sed -i 's/n1/n9/' /srv/shared/wrong/epoch-* && ${wrong('shared_dir=/srv/shared/wrong')}`,
    repair: UNDO_WRONG,
    complaints: ['wrong/lock-store: bad', 'wrong/shared-storage: bad', 'wrong/name-service: warning'],
    evidence: /damaged in/,
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
      const { findings } = await doctor(n1, ...(breakage.node ?? []));
      const found = complaints(findings).sort();
      t.same(found, [...breakage.complaints].sort());
      const finding = findings.find((each) => nameOf(each) === breakage.complaints[0]);
      t.match(finding?.evidence, breakage.evidence);
      await n1.output(['sh', '-c', breakage.repair]);
    });
  }
  await t.test('an NFS server that is gone', (t) => withoutServer(t, scene));
  await t.test('all is well again', (t) => expectHealth(t, n1));
  await t.test('a node where Pacemaker does not run', async (t) => {
    await n2.service('stop', 'cluster');
    t.same(complaints((await doctor(n2)).findings), ['cluster: unknown']);
  });
});

async function expectHealth(t: Test, node: Doctored['n1']): Promise<void> {
  const { code, findings } = await doctor(node);
  t.same(complaints(findings), [], `nothing is wrong with ${node.name}`);
  t.equal(code, 0);
  t.ok(findings.length >= 20);
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
