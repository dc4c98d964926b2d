import t from 'tap';
import { graceLeft } from '../../../lib/node/grace-left.ts';
import { FakeRoot } from './fake-root.ts';

const ganesha = (startedAt: number) => ({ kind: 'ganesha', identity: 'g 1', startedAt }) as const;
const CONF = 'etc/ganesha/ganesha.conf';

t.test("NFS-Ganesha's, from its start or from when it was opened", async (t) => {
  const root = new FakeRoot(t.testdir({})).put({
    [CONF]: '# Grace_Period = 5;\nNFSv4 { grace_period=40; }\n',
  });
  const now = Date.now();
  const left = (started: number, opened: number | null) =>
    graceLeft(ganesha(now - started), opened, root.path);
  const about = (value: number | null, wanted: number) =>
    t.ok(Math.abs((value ?? 0) - wanted) < 5000, `${value}`);
  about(await left(10_000, null), 30_000);
  about(await left(3_600_000, now - 1000), 39_000);
  t.equal(await left(3_600_000, now - 100_000), null, 'somebody else opened it');
});

t.test('what its configuration leaves out', async (t) => {
  const root = new FakeRoot(t.testdir({}));
  const left = () => graceLeft(ganesha(Date.now()), null, root.path);
  t.equal(await left(), null, 'no configuration');
  root.put({ [CONF]: '%include "more.conf"\n' });
  t.equal(await left(), null, 'it may be said elsewhere');
  root.put({ [CONF]: 'NFS_CORE_PARAM { Protocols = 3; }\n' });
  t.ok(Number(await left()) > 80_000);
});

t.test("the kernel's", async (t) => {
  const root = new FakeRoot(t.testdir({})).server().put({ 'proc/fs/lockd/nlm_end_grace': 'N\n' });
  const kernel = { kind: 'kernel', identity: 'lockd 1', startedAt: 0 } as const;
  root.put({ 'proc/uptime': '20.00 5.00\n' });
  t.equal(await graceLeft(kernel, null, root.path), 30_000);
});
