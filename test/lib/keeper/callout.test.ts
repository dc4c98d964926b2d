import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { Callout } from '../../../lib/keeper/callout.ts';
import { type Change, clientsIn, type StoredFile } from '../../../lib/store/index.ts';
import { emptyState } from '../../../lib/store/reducer.ts';
import { smDirectory, until } from '../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';

async function stage(t: Test, { sm = true } = {}) {
  const root = t.testdir({});
  const statd = smDirectory(join(root, 'statd'));
  if (!sm) rmSync(statd.sm, { recursive: true });
  const path = join(root, 'lockferry/callout/nfs-a');
  const current = new Map<string, StoredFile>();
  const did: string[] = [];
  const back: string[] = [];
  const events: string[] = [];
  const state = {
    ...emptyState({ service: 'nfs-a', epoch: 1, holder: HOLDER, since: 0, format: 'record' }),
    current,
  };
  const callout = new Callout({
    ...{ path, statd },
    store: { state },
    ownership: { confirmed: async () => true },
    capturing: { captureNow: async (names) => void did.push(names === null ? 'all' : 'touched') },
    push: async (changes: readonly Change[]) => {
      for (const change of changes)
        if (change.type === 'captured') current.set(change.file.name, change.file);
    },
    seen: (file) => {
      back.push(...clientsIn(file));
      return [];
    },
    log: (event) => events.push(event),
  });
  const looking = setInterval(() => void callout.look(), 100);
  t.teardown(() => {
    clearInterval(looking);
    callout.close();
  });
  return { callout, path, statd, current, did, back, events };
}

/** Asks as the callout does. @returns the answer. */
async function ask(path: string, line: string): Promise<string> {
  const [request, answer] = ['request', 'answer'].map((name) =>
    openSync(join(path, name), constants.O_RDWR | constants.O_NONBLOCK),
  );
  const bytes = Buffer.alloc(100);
  let said = '';
  writeSync(Number(request), `${line}\n`);
  await until(() => {
    try {
      said = bytes.toString('latin1', 0, readSync(Number(answer), bytes));
    } catch {}
    return said !== '';
  });
  closeSync(Number(request));
  closeSync(Number(answer));
  return said;
}

t.test('an open door, through which a client comes into the store', async (t) => {
  const { callout, path, current, did } = await stage(t);
  t.equal(callout.suspended, false);
  t.same(callout.unprotected, []);
  await callout.look();
  t.equal(readFileSync(join(path, 'armed'), 'utf8'), 'yes\n');
  t.same(did, ['all']);
  t.equal(await ask(path, '1-1 add-client 10.0.0.1 n1'), '1-1 durable\n');
  t.same([...current.keys()], ['10.0.0.1']);
  t.same(callout.problems, [
    `10.0.0.1: rpc.statd monitors it, but not in ${join(t.testdirName, 'statd/sm')}`,
  ]);
  for (const name of 'abcdefgh') await ask(path, `1-1 add-client ${name} n1`);
  t.equal(callout.problems.length, 5, 'not all of them are named');
});

t.test(
  'a client without a file is back by each call; one with a file is when that is captured',
  async (t) => {
    const { callout, path, current, back } = await stage(t);
    await callout.look();
    current.set('10.0.0.1', fileOf('10.0.0.1', 1, 'other'));
    current.set('10.0.0.2', fileOf('10.0.0.2'));
    current.set('10.0.0.3', { ...fileOf('both'), name: '10.0.0.3' });
    for (const host of [1, 2, 3, 1]) await ask(path, `1-1 add-client 10.0.0.${host} n1`);
    t.same(back, ['10.0.0.1', '10.0.0.3', '10.0.0.1'], 'nobody else whom its file names');
  },
);

t.test('without sm/ it is not known who may come: it waits', async (t) => {
  const { callout, path, statd } = await stage(t, { sm: false });
  await callout.look();
  t.notOk(existsSync(path));
  t.same(callout.problems, []);
  mkdirSync(statd.sm);
  await until(() => existsSync(path));
  await until(() => readFileSync(join(path, 'armed'), 'utf8') !== '');
});

t.test('the spool is looked at again and again', async (t) => {
  const { callout, path, events } = await stage(t);
  await callout.look();
  writeFileSync(join(path, 'armed'), '');
  appendFileSync(join(path, 'spool'), '1-1 add-client 10.0.0.1 n1\n');
  t.equal(callout.suspended, true);
  t.same(callout.unprotected, ['10.0.0.1']);
  await until(() => !callout.suspended);
  t.same(callout.unprotected, []);
  t.same(events, ['callout-resumed']);
});

t.test('a door that was removed is made again', async (t) => {
  const { callout, path } = await stage(t);
  await callout.look();
  rmSync(path, { recursive: true });
  await until(() => existsSync(path));
  await until(() => readFileSync(join(path, 'armed'), 'utf8') !== '');
  t.equal(await ask(path, '1-1 add-client 10.0.0.1 n1'), '1-1 durable\n');
});

t.test('a door that cannot be made is a problem, until it can', async (t) => {
  const { callout, path } = await stage(t);
  mkdirSync(dirname(path), { recursive: true });
  chmodSync(dirname(path), 0o777);
  await callout.look();
  t.match(callout.problems, [
    /^the statd callout cannot ask: .* can be changed by others: wanted a directory of root/,
  ]);
  chmodSync(dirname(path), 0o755);
  await until(() => callout.problems.length === 0);
});

t.test('closed while the door is made', async (t) => {
  const { callout, path } = await stage(t);
  const opening = callout.look();
  callout.close();
  await opening;
  t.equal(readFileSync(join(path, 'armed'), 'utf8'), '', 'nobody is kept waiting');
  t.equal(
    execFileSync('find', [path, '-type', 'p', '-name', 'request'], { encoding: 'utf8' }),
    `${path}/request\n`,
  );
});
