import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { type Cluster, FLOATING, type Host, Lab, waitUntil } from '../../scripts/lab/index.ts';
import { installLockferry } from '../../scripts/lab/install.ts';
import { codeBlocks } from '../support/markdown.ts';

// The configurations of the guides that the lab can start are taken from there, loaded into a real cluster, and run.

/** What the lab has instead of a DRBD device, a cluster file system, systemd and the documentation's addresses. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/device="?\/dev\/[\w/]+"?/g, 'device=/srv/shared'],
  [/fstype="?\w+"?/g, 'fstype=none options=bind'],
  [/systemd:nfs-ganesha/g, 'ocf:lab:ganesha'],
  [/192\.0\.2\.10/g, FLOATING],
  [/cidr_netmask="?24"?/g, 'cidr_netmask=32'],
];

function fromGuide(name: string, language: string): string {
  const [block = ''] = codeBlocks(readFileSync(`docs/guides/${name}.md`, 'utf8'), language);
  return INSTEAD.reduce((text, [what, instead]) => text.replace(what, instead), block);
}

async function labFor(t: Test): Promise<{ cluster: Cluster; nodes: readonly [Host, Host] }> {
  const lab = await Lab.create();
  t.teardown(() => lab.destroy());
  const prepare = (root: string) => installLockferry(lab.repository, root);
  const node = (name: string, address: string) =>
    lab.addNode(name, address, { ganesha: 'resource', grace: 8, lease: 2, prepare });
  const nodes = await Promise.all([node('n1', '10.77.0.1'), node('n2', '10.77.0.2')]);
  await lab.addName(FLOATING, 'nfs.example.com');
  return { cluster: await lab.formCluster(nodes), nodes };
}

/** The service runs on a node, and its keeper says that all is well. @returns the node */
async function isWell({ cluster, nodes }: Awaited<ReturnType<typeof labFor>>, on?: Host): Promise<Host> {
  const name = await cluster.waitForResource('address', on, 90);
  const node = nodes.find((each) => each.name === name) as Host;
  const argv = [process.execPath, '/lab/dist/lockferry.cjs', 'status'];
  await waitUntil('lockferry status is well', { timeout: 60, explain: () => cluster.picture() }, async () => {
    return /^locks: ok, capturing\n/.test((await node.run(argv)).stdout);
  });
  return node;
}

t.test('what the guides say starts, and moves', async (t) => {
  const lab = await labFor(t);
  const { cluster, nodes } = lab;
  for (const line of fromGuide('ganesha', 'pcs').trim().split('\n'))
    await cluster.pcs(line.split(' ').slice(1));
  await isWell(lab);
  t.pass('NFS-Ganesha in the group, by pcs');

  await cluster.crm(['resource', 'stop', 'nfs']);
  await cluster.settle(90);
  await cluster.crm(['configure', 'delete', 'nfs', 'disk', 'locks', 'ganesha', 'address']);
  await cluster.crm(['configure', 'load', 'update', '-'], { input: fromGuide('live-migration', 'crm') });
  const before = await isWell(lab);
  const other = nodes.find((each) => each !== before) as Host;
  await cluster.crm(['resource', 'move', 'nfs', other.name]);
  await isWell(lab, other);
  const history = await other.output(['crm_mon', '-1', '-o']);
  t.match(history, /\(\d+\) migrate_from/, 'on a cluster file system nfslock is migrated, by crmsh');
  t.same((await cluster.status())?.failures, [], 'Pacemaker has seen no failure');
});
