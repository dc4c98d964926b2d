import t, { type Test } from 'tap';
import { waitUntil } from '../../scripts/lab/index.ts';
import { CtdbScene, ServiceByHand } from './ctdb-scene.ts';

/*
 * What the unit tests of CTDB's event script statd-callout check (ctdb/tests/UNIT/eventscripts, cases 001 to 008 and
 * 050), asked of the installed agent with real rpc.statd, NFS-Ganesha and clients' statds. startup is start;
 * add-client and del-client are what a lock manager says to statd; update is monitor; takeip is the address that
 * comes after start; notify is what follows when the lock manager lost its locks, here or on another node.
 */

const scene = await CtdbScene.create(t);
const { lab, n1, n2, a, b } = scene;
let last = 100;

/** A service with addresses that no other one has. */
function service(name: string, addresses = 1): ServiceByHand {
  const own = Array.from({ length: addresses }, () => {
    last += 1;
    return `10.77.0.${last}`;
  });
  return new ServiceByHand(lab, name, ...own);
}

/** Waits until nobody of former epochs is left to be told. */
async function recovered(one: ServiceByHand): Promise<void> {
  await waitUntil('the recovery is over', { timeout: 30 }, async () => {
    const { inherited, stateNumber } = await one.store();
    return inherited.size === 0 && stateNumber !== null;
  });
}

/** Ends a case: no client is monitored any more. */
async function clean(): Promise<void> {
  for (const node of [n1, n2]) for (const client of [a, b]) await scene.del(node, client);
}

/** As NSM has it. */
function wellTold(t: Test, told: readonly [string, number][]): void {
  t.ok(
    told.every(([, number]) => number % 2 === 1),
    'each number is odd',
  );
}

t.test('001: one client is in the store after a monitor', async (t) => {
  const one = service('one', 2);
  await one.start(t, n1);
  await scene.add(n1, a);
  t.strictSame(await one.clients(), [], 'not before');
  await one.done(t, n1, 'monitor');
  t.strictSame(await one.clients(), ['a']);
  await one.stop(t, n1);
  await clean();
});

t.test('002: so are two', async (t) => {
  const two = service('two');
  await two.start(t, n1);
  await scene.add(n1, a);
  await scene.add(n1, b);
  await two.done(t, n1, 'monitor');
  t.strictSame(await two.clients(), ['a', 'b']);
  await two.stop(t, n1);
  await clean();
});

t.test('003: a client that gave up its locks leaves the store, when it is certain that it did', async (t) => {
  const three = service('three');
  await three.start(t, n1);
  // With more clients than one: what goes with all the others is no client's doing.
  await scene.add(n1, a);
  await scene.add(n1, b);
  await three.done(t, n1, 'monitor');
  t.strictSame(await three.clients(), ['a', 'b']);
  await scene.del(n1, a);
  await three.done(t, n1, 'monitor');
  t.strictSame(await three.clients(), ['a', 'b'], 'one look is not enough');
  await waitUntil('it has left', { timeout: 60, interval: 1 }, async () => {
    await three.act(n1, 'monitor');
    return (await three.clients()).length === 1;
  });
  t.strictSame(await three.clients(), ['b']);
  await scene.del(n1, b);
  await three.stop(t, n1);
});

t.test('007: a client that came and went between two monitors was never there', async (t) => {
  const seven = service('seven');
  await seven.start(t, n1);
  await scene.add(n1, a);
  await scene.del(n1, a);
  await seven.done(t, n1, 'monitor');
  t.strictSame(await seven.clients(), []);
  await seven.stop(t, n1);
});

t.test('004: a client is told as every address, and then the store is done with it', async (t) => {
  const four = service('four', 3);
  await four.start(t, n1);
  await scene.add(n1, a);
  await four.done(t, n1, 'monitor');
  t.strictSame(await four.clients(), ['a']);
  const before = (await scene.told(a)).length;
  await four.stop(t, n1);
  await four.start(t, n2);
  const told = await scene.waitForTelling(a, four.addresses, before);
  wellTold(t, told);
  const [[, number] = []] = told;
  const names = new Set(told.filter(([, each]) => each === number).map(([name]) => name));
  t.strictSame([...names].sort(), [...four.addresses].sort(), 'in one round, as these and nothing else');
  t.strictSame(await scene.told(b), [], 'b, who had no lock, was told nothing');
  await recovered(four);
  t.strictSame(await four.clients(), [], 'nobody is left in the store');
  t.equal(
    (await four.store()).ledger.get('a')?.phase,
    'missed',
    'a did not come back: it has no lock manager',
  );
  await four.stop(t, n2);
  await clean();
});

t.test('005 and 006: each node tells its own clients', async (t) => {
  const [five, six] = [service('five'), service('six')];
  await five.start(t, n1);
  await six.start(t, n2);
  await scene.add(n1, a);
  await scene.add(n2, b);
  await five.done(t, n1, 'monitor');
  await six.done(t, n2, 'monitor');
  t.strictSame([await five.clients(), await six.clients()], [['a'], ['b']]);
  const before = { a: (await scene.told(a)).length, b: (await scene.told(b)).length };

  await n1.service('restart', 'ganesha');
  wellTold(t, await scene.waitForTelling(a, five.addresses, before.a));
  await recovered(five);
  t.equal((await scene.told(b)).length, before.b, '005: the client of the other node is told nothing');
  t.strictSame(await six.clients(), ['b'], 'and stays in its store');

  const again = (await scene.told(a)).length;
  await n2.service('restart', 'ganesha');
  wellTold(t, await scene.waitForTelling(b, six.addresses, before.b));
  await recovered(six);
  t.equal((await scene.told(a)).length, again, '006: nor is that of the first one, when the other tells');
  t.strictSame([await five.clients(), await six.clients()], [[], []], 'and nobody is left in either store');
  await five.stop(t, n1);
  await six.stop(t, n2);
  await clean();
});

t.test('008: clients are told for the services that were taken over, and for no other', async (t) => {
  const [here, there, nowhere] = [service('here'), service('there'), service('nowhere')];
  const all = [here, there, nowhere];
  for (const each of all) await each.start(t, n1);
  await scene.add(n1, a);
  await scene.add(n1, b);
  for (const each of all) await each.done(t, n1, 'monitor');
  for (const each of all) await each.stop(t, n1);
  const left = JSON.stringify([...(await nowhere.store()).current.values()]);
  const before = { a: (await scene.told(a)).length, b: (await scene.told(b)).length };
  await clean();
  await here.start(t, n1);
  await there.start(t, n2);
  const names = [...here.addresses, ...there.addresses];
  for (const [client, since] of [
    [a, before.a],
    [b, before.b],
  ] as const) {
    const told = await scene.waitForTelling(client, names, since);
    wellTold(t, told);
    t.notOk(
      told.some(([name]) => nowhere.addresses.includes(name)),
      `${client.name} was not told of the third service`,
    );
  }
  await recovered(here);
  await recovered(there);
  t.equal(JSON.stringify([...(await nowhere.store()).current.values()]), left, 'whose records stay');
  await here.stop(t, n1);
  await there.stop(t, n2);
});

t.test('050: a client that says that it restarted is no trouble, and stays in the store', async (t) => {
  const fifty = service('fifty');
  await fifty.start(t, n1);
  await scene.add(n1, a);
  await fifty.done(t, n1, 'monitor');
  await scene.add(a, n1);
  await a.output(['sm-notify', '-d', '-f']);
  await waitUntil('the node was told by a', { timeout: 20 }, async () =>
    (await scene.told(n1)).some(([name]) => name === 'a'),
  );
  const said = await n1.run(['/usr/share/lockferry/statd-callout', 'sm-notify', a.name, a.address, '7']);
  t.strictSame(said, { code: 0, stdout: '', stderr: '' }, "statd's word of it to the callout");
  await fifty.done(t, n1, 'monitor');
  t.strictSame(await fifty.clients(), ['a']);
  await fifty.stop(t, n1);
});
