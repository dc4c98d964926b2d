import t from 'tap';
import {
  endKernelGrace,
  graceLength,
  kernelGraceNow,
  readKernelGrace,
} from '../../../lib/node/kernel-grace.ts';
import { FakeRoot } from './fake-root.ts';

t.test('a node without lockd and nfsd is not in grace', async (t) => {
  t.same(await readKernelGrace(new FakeRoot(t.testdir()).path), {
    on: false,
    served: false,
    remaining: 0,
    managers: { nlm: null, nfsd4: null },
  });
});

t.test('both are over', async (t) => {
  t.same(await readKernelGrace(new FakeRoot(t.testdir()).server().path), {
    on: false,
    served: true,
    remaining: 0,
    managers: { nlm: false, nfsd4: false },
  });
});

t.test("lockd's own grace lasts five time-outs from its thread's start unless it is set", async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0' });
  root.put({ 'proc/uptime': '30.00 1.00\n' }).process(50, 'lockd', 2000, null);
  t.same(await readKernelGrace(root.path), {
    on: true,
    served: true,
    remaining: 40_000,
    managers: { nlm: true, nfsd4: false },
  });
  root.put({ 'proc/sys/fs/nfs/nlm_grace_period': '15\n' });
  t.equal((await readKernelGrace(root.path)).remaining, 10_000, 'rounded up to whole time-outs');
});

t.test("the later end counts, and nfsd's grace alone is grace", async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({
    'proc/fs/lockd/nlm_end_grace': 'N\n\0',
    'proc/fs/nfsd/v4_end_grace': 'N\n',
    'proc/uptime': '20.00 1.00\n',
  });
  t.equal((await readKernelGrace(root.path)).remaining, 70_000);
  root.put({ 'proc/fs/lockd/nlm_end_grace': 'Y\n\0' });
  t.match(await readKernelGrace(root.path), { on: true, managers: { nlm: false, nfsd4: true } });
});

t.test('an nfsd without threads says N, and is not in grace, nor is anybody served', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  root.put({ 'proc/fs/nfsd/threads': '0\n', 'proc/fs/nfsd/v4_end_grace': 'N\n' });
  t.match(await readKernelGrace(root.path), {
    on: false,
    served: false,
    managers: { nlm: false, nfsd4: null },
  });
});

t.test('what one of us made lockd begin anew lasts from then on', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0' });
  t.match(await readKernelGrace(root.path), { on: true, remaining: null });
  const restarted = (ago: number, lockd: string) => {
    const note = JSON.stringify({ lockd, at: Date.now() - ago });
    root.put({ 'run/lockferry/node/lockd-restart.json': note });
  };
  restarted(10_000, 'lockd:50:0');
  const { remaining } = await readKernelGrace(root.path);
  t.ok(remaining !== null && remaining <= 40_000 && remaining > 20_000, `${remaining}`);
  restarted(-3_600_000, 'lockd:50:0');
  t.match(await readKernelGrace(root.path), { remaining: 50_000 }, 'never more than there is');
  restarted(60_000, 'lockd:50:0');
  t.match(await readKernelGrace(root.path), { remaining: null }, 'somebody else began it anew since');
  restarted(10_000, 'lockd:49:0');
  t.match(await readKernelGrace(root.path), { remaining: null }, 'another lockd');
});

t.test('how long it lasts is unknown where its beginning is', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0' });
  t.match(await readKernelGrace(root.path), { on: true, remaining: null }, 'begun anew by a signal');
  root.put({ 'proc/uptime': '20.00 1.00\n' });
  t.match(await readKernelGrace(root.path), { on: true, remaining: 30_000 });
  root.remove('proc/sys/fs/nfs/nlm_timeout');
  t.match(await readKernelGrace(root.path), { on: true, remaining: null }, 'no length');
  root.put({ 'proc/fs/nfsd/v4_end_grace': 'N\n' });
  t.match(await readKernelGrace(root.path), { remaining: 70_000 }, 'the known one still holds');
  root.remove('proc/fs/nfsd/nfsv4gracetime');
  t.match(await readKernelGrace(root.path), { remaining: null });
  root.put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0', 'proc/sys/fs/nfs/nlm_timeout': '10\n' });
  root.remove('proc/50');
  t.match(await readKernelGrace(root.path), { on: true, remaining: null }, 'no thread to be seen');
});

t.test('ending it writes to the managers that are in grace, and reads back', async (t) => {
  const root = new FakeRoot(t.testdir()).server();
  root.put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0', 'proc/fs/nfsd/v4_end_grace': 'N\n' });
  t.same(await kernelGraceNow(root.path), { on: true, served: true, managers: { nlm: true, nfsd4: true } });
  await endKernelGrace(root.path);
  t.match(await kernelGraceNow(root.path), { on: false, managers: { nlm: false, nfsd4: false } });
  await endKernelGrace(root.path);
});

t.test('a manager that ends by itself meanwhile, one that does not end, and one that refuses', async (t) => {
  const root = new FakeRoot(t.testdir()).server().put({ 'proc/fs/nfsd/v4_end_grace': 'N\n' });
  await endKernelGrace(root.path, 5000, async () => {
    root.put({ 'proc/fs/nfsd/v4_end_grace': 'Y\n' });
    throw Object.assign(new Error('busy'), { code: 'EBUSY' });
  });
  root.put({ 'proc/fs/lockd/nlm_end_grace': 'N\n\0' });
  await t.rejects(
    endKernelGrace(root.path, 50, async () => {}),
    { code: 'timed-out' },
  );
  const refused = endKernelGrace(root.path, 50, () => Promise.reject(new Error('no')));
  await t.rejects(refused, {
    code: 'failed',
    facts: { subject: `${root.path}/proc/fs/lockd/nlm_end_grace` },
  });
});

t.test('the longer of both lengths is what a start begins', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await graceLength(root.path), null);
  t.equal(await graceLength(root.server().path), 90);
  root.put({ 'proc/sys/fs/nfs/nlm_grace_period': '120\n' });
  t.equal(await graceLength(root.path), 120);
});
