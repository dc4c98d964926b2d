import { labTest, OTHER_KERNEL } from './lab-test.ts';

labTest('a node boots, runs commands, and keeps its disk over a power cut', async (t, lab) => {
  const started = Date.now();
  const sa = await lab.boot('sa', { ip: '10.77.0.1/24' });
  t.comment(`booted in ${Date.now() - started} ms`);
  t.equal(await sa.sh('uname -n; cat /proc/1/comm'), 'sa\nsh');
  t.same(await sa.run(['sh', '-c', 'echo out; echo err >&2; exit 3']), {
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  const much = await sa.run(['head', '-c', '2000000', '/dev/zero'], { timeout: 60_000 });
  t.equal(much.stdout.length, 2_000_000);
  t.equal(await sa.sh('wc -c', { stdin: 'x'.repeat(100_000) }), '100000');
  await t.rejects(sa.run(['sleep', '30'], { timeout: 300 }), { message: /not within 300 ms/ });
  await sa.sh('echo kept >/var/lib/kept; sync; echo lost >/run/lost');
  await sa.reboot();
  t.equal(await sa.sh('cat /var/lib/kept; ls /run/lost 2>/dev/null || echo gone'), 'kept\ngone');
  const cat = sa.start(['cat']);
  cat.write('one\n');
  t.equal(await cat.nextLine(), 'one');
  await sa.kill();
  t.equal((await cat.finished).code, null);
});

labTest('two nodes reach each other until one is cut off', async (t, lab) => {
  const [a, b] = await Promise.all([
    lab.boot('sa', { ip: '10.77.0.1/24' }),
    lab.boot('sb', { ip: '10.77.0.2/24' }),
  ]);
  const ping = async () => (await a.run(['ping', '-c1', '-W2', b.ip])).code === 0;
  t.equal(await ping(), true);
  await b.cutOff();
  t.equal(await ping(), false);
  t.equal(await b.sh('echo alive'), 'alive');
  await b.reconnect();
  t.equal(await ping(), true);
});

if (!OTHER_KERNEL) {
  labTest(
    'a disk with a single writer cannot be mounted by a second node before the first is dead',
    async (t, lab) => {
      const disk = await lab.sharedDisk();
      const [a, b] = await Promise.all([
        lab.boot('sa', { ip: '10.77.0.1/24', disks: [disk] }),
        lab.boot('sb', { ip: '10.77.0.2/24', disks: [disk] }),
      ]);
      await a.sh('mkdir -p /srv/share && mount /dev/ubdb /srv/share && echo mine >/srv/share/file && sync');
      t.not((await b.run(['sh', '-c', 'mkdir -p /srv/share && mount /dev/ubdb /srv/share'])).code, 0);
      await a.kill();
      t.equal(await b.sh('mount /dev/ubdb /srv/share && cat /srv/share/file'), 'mine');
    },
  );
}

labTest('a tree that an installation left is laid over the root directory', async (t, lab) => {
  const install = t.testdir({ usr: { share: { lockferry: { word: 'installed\n' } } } });
  const sa = await lab.boot('sa', { ip: '10.77.0.1/24', install });
  t.equal(await sa.sh('cat /usr/share/lockferry/word && ls /usr/bin/env'), 'installed\n/usr/bin/env');
});
