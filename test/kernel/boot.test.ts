import { labTest } from './lab-test.ts';

labTest(
  'a node boots, runs commands, keeps its disk over a power cut, and leaves nothing behind',
  async (t) => {
    const lab = await KernelLab.create();
    t.teardown(() => lab.close());
    const started = Date.now();
    const sa = await lab.boot('sa', { ip: '10.77.0.1/24' });
    t.comment(`booted in ${Date.now() - started} ms`);
    t.equal(await sa.sh('uname -n; cat /proc/1/comm'), 'sa\nsh');
    t.same(await sa.run(['sh', '-c', 'echo out; echo err >&2; exit 3']), {
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    t.equal(
      (await sa.run(['head', '-c', '2000000', '/dev/zero'], { timeout: 60_000 })).stdout.length,
      2_000_000,
    );
    const big = 'x'.repeat(100_000);
    t.equal(await sa.sh('wc -c', { stdin: big }), '100000');
    await t.rejects(sa.run(['sleep', '30'], { timeout: 300 }), { message: /not within 300 ms/ });
    await sa.sh('echo kept >/var/lib/kept; sync; echo lost >/run/lost');
    await sa.reboot();
    t.equal(await sa.sh('cat /var/lib/kept; ls /run/lost 2>/dev/null || echo gone'), 'kept\ngone');
    const cat = sa.start(['cat']);
    cat.write('one\n');
    t.equal(await cat.nextLine(), 'one');
    await sa.kill();
    t.equal((await cat.finished).code, null);
  },
);

t.test('two nodes reach each other until one is cut off', async (t, lab) => {
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
