import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { nodeDirectory, takeStore } from '../../../../lib/cli/storage/take.ts';
import { NODE_DIRECTORY } from '../../../../lib/node/node-directory.ts';
import { RuntimeDirectory } from '../../../../lib/node/runtime-directory.ts';
import { bootId, nodeName } from '../../../../lib/node/this-node.ts';
import { readStore } from '../../../../lib/store/index.ts';
import { until } from '../../capture/sm-directory.ts';
import { fileOf, HOLDER } from '../../store/arbitraries.ts';
import { atWorkSince, byHand, leave, SERVICE, thisHolder } from '../by-hand.ts';
import { serviceOf } from '../reports.ts';

t.test('what the services share lies beside their run-time directories', async (t) => {
  t.equal(nodeDirectory('/run/x/services').path, '/run/x/node');
  t.equal(nodeDirectory(undefined).path, NODE_DIRECTORY);
});

t.test('a new store begins with what statd has; nobody is to be told', async (t) => {
  const { options } = byHand(t, ['192.0.2.1']);
  const service = `new-${process.pid}`;
  const taken = await takeStore({ ...options, service }, 'snapshot', atWorkSince());
  t.match(taken.store.state, { service, epoch: 1, holder: { node: nodeName(), lockManager: 'ganesha 1' } });
  t.same([...taken.store.state.current.keys()], ['192.0.2.1']);
  t.equal(taken.store.state.inherited.size, 0);
  t.equal(taken.former, null);
});

t.test('a recovery takes over what another node left in order, and a snapshot does not', async (t) => {
  const { options, dir } = byHand(t);
  const service = `left-${process.pid}`;
  await leave(dir, [fileOf('192.0.2.1')], { service });
  const mine = { ...options, service: null };
  await t.rejects(takeStore(mine, 'snapshot', atWorkSince()), {
    code: 'not-ours',
    message: /that of n1 \(epoch 1\), which had it last: give --take-over/,
  });
  t.equal((await readStore(dir)).epoch, 1, 'the refused one left no trace');
});

t.test('what another node has not left needs the word of the operator', async (t) => {
  const { options, dir } = byHand(t);
  const service = `held-${process.pid}`;
  await leave(dir, [fileOf('192.0.2.1')], { service, inOrder: false });
  const mine = { ...options, service: null };
  await t.rejects(takeStore(mine, 'recovery', atWorkSince()), {
    message: /which has not left it: give --take-over/,
  });
});

t.test('a snapshot has left the store from the moment on at which it counts, wherever it dies', async (t) => {
  const { options, dir } = byHand(t, ['192.0.2.1']);
  const service = `dying-${process.pid}`;
  for (const [purpose, ended] of [
    ['snapshot', { released: false }],
    ['recovery', null],
    ['snapshot', { released: false }],
  ] as const) {
    const { store } = await takeStore({ ...options, service }, purpose, atWorkSince());
    t.match((await readStore(dir)).ended, ended, purpose);
    await store.close();
  }
});

t.test('with that word, the clients of the other node are to be told', async (t) => {
  const { options, dir } = byHand(t, ['192.0.2.2']);
  const service = `taken-${process.pid}`;
  await leave(dir, [fileOf('192.0.2.1')], { service, inOrder: false });
  const taken = await takeStore({ ...options, service: null, takeOver: true }, 'recovery', atWorkSince());
  t.match(taken.store.state, { epoch: 2, stateNumber: 7 });
  t.same([...taken.store.state.inherited.keys()].sort(), ['192.0.2.1'], 'statd wrote the other one just now');
  t.equal(taken.inPlace, false);
  t.match(taken.former, { epoch: 1 });
});

t.test('the same node goes on in place, also where a command died at its work', async (t) => {
  const { options, dir } = byHand(t);
  const service = `place-${process.pid}`;
  const holder = thisHolder(await bootId());
  await leave(dir, [fileOf('192.0.2.1')], { service, holder, inOrder: false });
  const taken = await takeStore({ ...options, service: null }, 'snapshot', atWorkSince());
  t.equal(taken.inPlace, true);
  t.same([...taken.store.state.current.keys()], ['192.0.2.1']);
});

t.test('refused: no name, no store, another name, a keeper, no statd directory', async (t) => {
  const { options, dir, runtime, root } = byHand(t);
  const refused = (more: object, purpose: 'snapshot' | 'recovery' = 'snapshot') =>
    takeStore({ ...options, ...more }, purpose, { lockManager: null, statd: null });
  await t.rejects(refused({ service: null }), { code: 'bad-parameter', message: /give --service/ });
  await t.rejects(refused({ service: `none-${process.pid}` }, 'recovery'), {
    message: /there is no lock store in/,
  });
  await t.rejects(refused({ statdDir: join(root, 'none') }), { code: 'bad-node' });
  await leave(dir, []);
  await t.rejects(refused({ service: `wrong-${process.pid}`, takeOver: true }), {
    code: 'not-ours',
    message: `lock store belongs to service ${SERVICE}`,
  });
  await new RuntimeDirectory('kept', runtime).create({ ...serviceOf('kept'), sharedDir: dir });
  await t.rejects(refused({ takeOver: true }), { message: /kept is started on this node/ });
});

/** Takes a store while something is done to it after it was looked whose it is, and before it is claimed. */
async function whileTaken<T>(runtime: string, take: () => Promise<T>, act: () => Promise<void>): Promise<T> {
  const neighbour = join(runtime, 'neighbour', 'service.json');
  mkdirSync(join(runtime, 'neighbour'));
  execFileSync('mkfifo', [neighbour]);
  const taken = take();
  taken.catch(() => undefined);
  let reader = -1;
  await until(() => {
    try {
      reader = openSync(neighbour, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {}
    return reader >= 0;
  });
  await act();
  unlinkSync(neighbour);
  closeSync(reader);
  return taken;
}

t.test('a store that another node takes meanwhile is not taken from it', async (t) => {
  for (const [index, takeOver] of [false, true].entries()) {
    const { options, dir, runtime } = byHand(t);
    const service = `meanwhile-${index}-${process.pid}`;
    if (takeOver) await leave(dir, [], { service, inOrder: false });
    const purpose = takeOver ? 'recovery' : 'snapshot';
    const holder = { ...HOLDER, node: 'elsewhere' };
    const taken = whileTaken(
      runtime,
      () => takeStore({ ...options, service, takeOver }, purpose, atWorkSince()),
      () => leave(dir, [fileOf('192.0.2.9')], { service, holder, inOrder: false }),
    );
    const epoch = takeOver ? 2 : 1;
    await t.rejects(taken, {
      code: 'not-ours',
      message: new RegExp(`that of elsewhere \\(epoch ${epoch}\\), which has not left it`),
    });
    t.match(await readStore(dir), { epoch, holder });
    t.equal(readdirSync(dir).length, epoch, 'the claim is taken back');
  }
});

t.test('one that was left in order meanwhile is', async (t) => {
  const holders = { 'another node': HOLDER, 'another command': thisHolder(await bootId()) };
  for (const [index, [who, holder]] of Object.entries(holders).entries()) {
    const { options, dir, runtime } = byHand(t);
    const service = `between-${index}-${process.pid}`;
    await leave(dir, [], { service, holder });
    const purpose = who === 'another node' ? 'recovery' : 'snapshot';
    const { store, former } = await whileTaken(
      runtime,
      () => takeStore({ ...options, service }, purpose, atWorkSince()),
      () => leave(dir, [fileOf('192.0.2.9')], { service, holder }),
    );
    t.match([former?.epoch, store.state.epoch], [2, 3], who);
    await store.close();
  }
});
