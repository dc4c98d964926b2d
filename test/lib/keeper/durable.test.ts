import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import { DurableWriter } from '../../../lib/keeper/durable.ts';
import { type Change, claimEpoch, readStore } from '../../../lib/store/index.ts';
import { until } from '../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';
import { shakyDisk } from '../store/shaky-disk.ts';

const captured = (name: string): Change => ({ type: 'captured', file: fileOf(name) });

/** A storage that finishes, or refuses, when it is told to. */
function storage() {
  const asked: string[][] = [];
  const steps: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const writer = new DurableWriter((changes) => {
    asked.push(changes.map((change) => (change.type === 'removed' ? change.name : change.type)));
    return new Promise<void>((resolve, reject) => steps.push({ resolve, reject }));
  });
  const push = (...names: string[]) => writer.push(names.map((name): Change => ({ type: 'removed', name })));
  return { writer, asked, steps, push };
}

t.test('one can wait for everything that was pushed', async (t) => {
  const { writer, steps, push } = storage();
  await writer.allDurable();
  let done = false;
  void push('a');
  const all = writer.allDurable().then(() => {
    done = true;
  });
  void push('b');
  steps[0]?.resolve();
  await until(() => steps.length === 2);
  t.notOk(done, 'what came before it is on its way');
  steps[1]?.resolve();
  await all;
  t.equal(writer.lag, 0);
});

t.test('what comes while a commit is under way goes into the next one, in order', async (t) => {
  const { writer, asked, steps, push } = storage();
  t.equal(writer.lag, 0);
  const done: string[] = [];
  const first = push('a').then(() => done.push('a'));
  const later = [push('b', 'c'), push('d')].map((one) => one.then(() => done.push('later')));
  t.same(asked, [['a']]);
  steps[0]?.resolve();
  await first;
  t.same(done, ['a']);
  await until(() => asked.length === 2);
  t.same(asked[1], ['b', 'c', 'd']);
  steps[1]?.resolve();
  await Promise.all(later);
  t.equal(writer.lag, 0);
  t.equal(writer.trouble, null);
});

t.test('nothing is durable at once', async (t) => {
  const { writer, asked } = storage();
  await writer.push([]);
  t.same(asked, []);
});

t.test('a storage that hangs shows in the lag of the oldest change', async (t) => {
  const { writer, steps, asked, push } = storage();
  const first = push('a');
  await until(() => writer.lag >= 40);
  const second = push('b');
  t.ok(writer.lag >= 40, 'a newer change does not hide the older one');
  steps[0]?.resolve();
  await first;
  await until(() => asked.length === 2);
  t.ok(writer.lag < 40, String(writer.lag));
  steps[1]?.resolve();
  await second;
  t.equal(writer.lag, 0);
  const third = push('c');
  steps[2]?.resolve();
  await third;
  t.same(asked[2], ['c'], 'it begins again after a rest');
});

t.test('a failed commit is tried again, before anything that came later, and named meanwhile', async (t) => {
  const { writer, asked, steps, push } = storage();
  const first = push('a');
  steps[0]?.reject(new Fault('failed', 'EIO on shared_dir'));
  await until(() => writer.trouble !== null);
  t.equal(writer.trouble, 'EIO on shared_dir');
  const second = push('b');
  await until(() => asked.length === 2);
  t.same(asked, [['a'], ['a']]);
  steps[1]?.resolve();
  await first;
  t.equal(writer.trouble, null);
  await until(() => asked.length === 3);
  steps[2]?.resolve();
  await second;
});

t.test('a real store on a disk that fails for a while loses nothing', async (t) => {
  const dir = t.testdir({});
  let bad = false;
  const disk = shakyDisk((call) => (bad && call !== 'readdir' ? 'EIO' : undefined));
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER, disk });
  const store = await claim.establish({ current: [], inherited: [], ledger: [], stateNumber: null });
  const writer = new DurableWriter((changes) => store.commit(changes));
  bad = true;
  const first = writer.push([captured('a')]);
  await until(() => writer.trouble !== null);
  const second = writer.push([captured('b'), { type: 'removed', name: 'a' }]);
  bad = false;
  await Promise.all([first, second]);
  await store.close();
  t.same([...((await readStore(dir))?.current.keys() ?? [])], ['b']);
});
