import t from 'tap';
import { LOCK_STORE } from '../../scripts/lab/index.ts';
import { judge } from './power-cut/judge.ts';
import { liveUnderTrace } from './power-cut/scene.ts';
import type { Step } from './power-cut/trace.ts';

const life = await liveUnderTrace();
const { steps, promises, door, elsewhere } = life;
const count = (kind: string) => steps.filter((step) => step.kind === kind).length;
t.comment(`${steps.length} steps, ${promises.length} promises`);

t.test('the life that was traced has everything in it', async (t) => {
  t.equal(count('mkdir'), 1, 'a store where none was');
  t.ok(
    steps.some(({ path }) => path.includes('.0002.')),
    'a journal was written anew',
  );
  t.ok(
    steps.some(({ path }) => path.includes('epoch-00000004.')),
    'four epochs',
  );
  t.ok(count('unlink') > 0, 'former epochs were removed');
  t.equal(promises.filter(({ number }) => number !== undefined).length, 2, 'two numbers were reserved');
});

t.test('the callout has asked, been answered, and left behind whom it could not wait for', async (t) => {
  const named = (said: readonly { clients: readonly [string] }[]) => said.map(({ clients }) => clients[0]);
  const all = Array.from({ length: 8 }, (_, index) => `198.51.100.${index + 11}`);
  const late = ['13', '14', '16', '17'].map((number) => `198.51.100.${number}`);
  const answered = named(door.answered);
  const spooled = named(door.spooled);
  // On a busy machine a keeper may be too slow for others as well.
  t.same(
    late.filter((client) => !spooled.includes(client)),
    [],
    'those for whom the keeper was too slow are in the spool',
  );
  const either = new Set([...answered, ...spooled]);
  t.same([...either].sort(), all, 'no third way: whom statd answers for is durable, or in the spool');
  t.ok(
    door.promises.some(({ clients }) => late.every((client) => clients?.includes(client))),
    'the spool was emptied',
  );
});

t.test('nothing that must outlive the node is kept elsewhere', async (t) => {
  const memory = /^\/(run|dev|proc)\//;
  const others = elsewhere.filter((path) => !memory.test(path));
  t.same(
    others,
    ['/etc/nfs.conf.d/.lockferry.conf.new'],
    'what else is written is in memory, or configures statd',
  );
  t.ok(elsewhere.includes(`/run/lockferry/callout/locks/spool`), 'the spool, for one');
});

t.test('a power cut at any call, whatever of the unsynced it leaves, breaks no promise', async (t) => {
  const { cuts, states, broken } = await judge(LOCK_STORE, life);
  t.same(broken.slice(0, 5), []);
  t.ok(cuts > 80 && states > 500, `${states} states at ${cuts} cuts`);
});

t.test('without any of its syncs a promise would be broken, and this harness sees it', async (t) => {
  const kinds = {
    'of data': (step: Step) => step.kind === 'sync-file',
    'of the directory': (step: Step) => step.kind === 'sync-directory' && step.path === LOCK_STORE,
    'of its parent': (step: Step) => step.kind === 'sync-directory' && step.path !== LOCK_STORE,
    'of what was written anew': (step: Step) => step.kind === 'sync-file' && step.path.includes('.0002.'),
  };
  for (const [name, is] of Object.entries(kinds)) {
    const without = steps.filter((step) => !is(step));
    t.ok(without.length < steps.length, `there are syncs ${name}`);
    const { broken } = await judge(
      LOCK_STORE,
      { ...life, steps: without },
      { most: 1, from: steps.findIndex(is) },
    );
    t.equal(broken.length, 1, `${name}: ${broken[0]}`);
  }
});

t.test('nor is an answer, or a spool that is emptied, before it is durable', async (t) => {
  for (const [what, promises] of Object.entries({ answered: door.asked, emptied: door.spooled })) {
    const from = steps.findIndex(({ at }) => at > Number(promises[0]?.at));
    const { broken } = await judge(LOCK_STORE, { ...life, promises }, { most: 1, from });
    t.match(broken, [/clients are missing, 198\.51\.100\.1/], what);
  }
});

t.test('nor is a store that is removed too early overlooked', async (t) => {
  // As if the epoch that was taken over were removed before the next one is established.
  const claimed = steps.findIndex(({ kind, path }) => kind === 'create' && path.includes('-00000002.'));
  const former = steps.find(({ kind, path }) => kind === 'unlink' && path.includes('-00000001.0002.'));
  t.ok(claimed > 0 && former !== undefined);
  if (former === undefined) return;
  const early = { ...former, at: Number(steps[claimed]?.at) };
  const others = steps.filter((step) => step !== former);
  const disordered = [...others.slice(0, claimed), early, ...others.slice(claimed)];
  const { broken } = await judge(LOCK_STORE, { ...life, steps: disordered }, { most: 1, from: claimed });
  t.match(broken, [/clients are missing/]);
});
