import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Lab, waitUntil } from '../../scripts/lab/index.ts';
import { machineState, namespacesOf, processesIn } from './lab-traces.ts';

const VIP = '10.77.0.100';
const GROUP = `
primitive dummy ocf:heartbeat:Dummy op monitor interval=5s
primitive vip ocf:heartbeat:IPaddr2 params ip=${VIP} cidr_netmask=32 arp_count=1 op monitor interval=5s
group service dummy vip
`;

t.test('a cluster fails over with real fencing, beside a second lab, and leaves nothing', async (t) => {
  const before = await machineState();
  const lab = await Lab.create();
  const beside = await Lab.create();
  t.teardown(() => Promise.all([lab.destroy(), beside.destroy()]));

  const began = Date.now();
  const [n1, n2, c1, other] = await Promise.all([
    lab.addNode('n1', '10.77.0.1'),
    lab.addNode('n2', '10.77.0.2'),
    lab.addHost('c1', '10.77.0.11'),
    // The same name and the same address as a host of the first lab.
    beside.addHost('n1', '10.77.0.1'),
  ]);
  await lab.addName(VIP, 'nfs-vip');
  const cluster = await lab.formCluster([n1, n2]);
  t.ok(Date.now() - began < 60_000, `up in ${Date.now() - began} ms`);

  t.equal((await c1.output(['uname', '-n'])).trim(), 'c1');
  t.match(await c1.output(['showmount', '-e', 'n1']), '/srv/shared/data');
  t.match(await c1.output(['rpcinfo', '-T', 'udp', 'n2', '100024', '1']), 'ready and waiting');
  const boots = await Promise.all(
    [n1, n2, c1].map((host) => host.readFile('/proc/sys/kernel/random/boot_id')),
  );
  t.equal(new Set(boots).size, 3, 'each host has a boot id of its own');

  await cluster.crm(['configure', 'load', 'update', '-'], { input: GROUP });
  const first = (await cluster.waitForResource('vip')) === 'n1' ? n1 : n2;
  const second = first === n1 ? n2 : n1;
  const reaches = async (client: typeof c1) =>
    (await client.run(['ping', '-c', '1', '-W', '1', VIP])).code === 0;
  await waitUntil('the address answers', { timeout: 5 }, () => reaches(c1));
  t.notOk(await reaches(other), 'the labs do not see each other');

  await first.powerOff();
  t.notOk(await reaches(c1), 'the address goes with its node');
  t.notOk((await processesIn(await namespacesOf(beside))).length === 0, 'the other lab lives');
  await cluster.waitForResource('vip', second);
  t.match(lab.powerEvents, [{ host: first.name, action: 'off' }], 'it was fenced');
  t.ok(await reaches(c1), 'the address answers on the other node');

  await first.powerOn();
  await cluster.waitForNodes([n1, n2]);
  t.not(await first.readFile('/proc/sys/kernel/random/boot_id'), boots[[n1, n2].indexOf(first)]);
  t.equal((await cluster.status(first))?.resources.vip?.nodes[0], second.name, 'the fenced node is back');

  await cluster.crm(['node', 'standby', second.name]);
  await cluster.waitForResource('vip', first);
  await cluster.crm(['node', 'online', second.name]);
  await cluster.waitFor('both online', ({ nodes }) => nodes[second.name]?.standby === false);
  t.match(await cluster.pcs(['status']), `Online: [ n1 n2 ]`);

  await c1.cutOff();
  t.notOk(await reaches(c1), 'a host that is cut off reaches nobody');
  await c1.reconnect();
  t.ok(await reaches(c1));

  await cluster.crm(['configure', 'property', 'stonith-action=reboot']);
  const hung = second.pid;
  await second.freeze();
  await waitUntil('a hung node is fenced', { timeout: 20 }, () => second.isOn && second.pid !== hung);
  await cluster.waitForNodes([n1, n2]);

  const left = await namespacesOf(lab);
  t.ok((await processesIn(left)).length > 10);
  await lab.destroy();
  t.same(await processesIn(left), [], 'no process is left');
  await beside.destroy();
  t.same(await machineState(), before, 'no mount, network namespace or interface is left');
  t.notOk(existsSync(`/proc/${lab.pid}`));
});

t.test('hosts that are added side by side know each other', async (t) => {
  const lab = await Lab.create();
  t.teardown(() => lab.destroy());
  const names = Array.from({ length: 8 }, (_, index) => `h${index}`);
  const hosts = await Promise.all(
    names.map((name, index) => lab.addHost(name, `10.77.0.${10 + index}`, { services: [] })),
  );
  for (const host of hosts) {
    const known = (await host.readFile('/etc/hosts')).split('\n').map((line) => line.split(' ')[1]);
    t.strictSame(
      names.filter((name) => !known.includes(name)),
      [],
      `${host.name} knows all`,
    );
  }
});

t.test('a command that takes too long is ended where it runs', async (t) => {
  const lab = await Lab.create();
  t.teardown(() => lab.destroy());
  const host = await lab.addHost('h1', '10.77.0.1', { services: [] });
  await t.rejects(host.run(['sleep', '77'], { timeout: 0.3 }), /sleep 77: not done after 0.3 s/);
  t.equal((await host.run(['pgrep', '-xf', 'sleep 77'])).code, 1, 'it has ended');
  t.equal((await host.run(['sh', '-c', 'exit 7'])).code, 7);
  await t.rejects(host.output(['sh', '-c', 'echo why >&2; exit 7']), /exit code 7\nwhy/);
  t.equal(await host.output(['cat'], { input: 'given' }), 'given');

  const program = await host.start(['sh', '-c', 'echo began; exec sleep 78'], { log: 'program.log' });
  await waitUntil('it prints', { timeout: 5 }, async () => (await program.printed()) === 'began\n');
  await program.stop();

  await host.writeFile('/etc/made/here', 'text');
  await host.powerOff();
  t.equal(await host.readFile('/etc/made/here'), 'text', 'the disk can be read without power');
  await host.powerOn();
  t.equal(await host.output(['cat', '/etc/made/here']), 'text', 'the disk outlives the power');
});

t.test('the end of its process id, or of the program that made it, ends a lab', async (t) => {
  const lab = await Lab.create();
  const host = await lab.addHost('h1', '10.77.0.1');
  const namespaces = await namespacesOf(lab);
  process.kill(lab.pid, 'SIGKILL');
  await waitUntil('it is gone', { timeout: 5 }, async () => (await processesIn(namespaces)).length === 0);
  await waitUntil('that is noticed', { timeout: 5 }, () => !host.isOn);
  await lab.destroy();

  const program = join(lab.repository, '.tap-build/test/fixtures/hold-lab.js');
  const holder = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(holder.stdout, 'data');
  const pids = String(line).trim().split(' ');
  const held = new Set(await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/pid`))));
  t.ok((await processesIn(held)).length > 2);
  holder.kill('SIGKILL');
  await waitUntil('it is gone', { timeout: 5 }, async () => (await processesIn(held)).length === 0);
});
