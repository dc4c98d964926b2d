import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Picture } from '../../../lib/capture/index.ts';
import { Capturing } from '../../../lib/keeper/capturing.ts';
import { DurableWriter } from '../../../lib/keeper/durable.ts';
import { handOver } from '../../../lib/keeper/handing-over.ts';
import type { Recovering } from '../../../lib/keeper/recovering.ts';
import { type Change, claimEpoch, readStore } from '../../../lib/store/index.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';

const service = { addresses: ['192.0.2.1', '192.0.2.2'] };
const holder = { ...HOLDER, node: 'n1' };

/** A service that runs here: one client is in statd's directory and was not captured yet. */
async function stage(t: Test) {
  const root = t.testdir({ store: {} });
  const dir = join(root, 'store');
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder });
  const store = await claim.establish({ current: [], inherited: [], ledger: [], stateNumber: 7 });
  t.teardown(() => store.close());
  const story: string[] = [];
  const writer = new DurableWriter(async (changes) => {
    await store.commit(changes);
    story.push(...changes.map(({ type }) => type));
  });
  const push = (changes: readonly Change[]) => writer.push(changes);
  const directory = smDirectory(join(root, 'statd'), { client: lineOf('client') });
  const atWork = async () => ({ lockManager: null, statd: null });
  const capturing = new Capturing({
    ...{ picture: new Picture({ directory }), holder, atWork, push, settled: () => writer.settled() },
    ...{ statdAnswers: async () => true, seen: () => [], log: () => undefined },
  });
  const recovering: Partial<Recovering> = {
    breakOff: async () => {
      story.push('broken off');
    },
  };
  return {
    ...{
      dir,
      story,
      capturing,
      put: (name: string) => writeFileSync(join(directory.sm, name), lineOf(name)),
    },
    handOver: (...local: string[]) =>
      handOver('n2', service, new Set(local), {
        ...{ store, writer, capturing, recovering: recovering as Recovering },
      }),
  };
}

t.test('all that statd wrote is durable, and then that it is handed over, and to whom', async (t) => {
  const { handOver, story, dir, capturing, put } = await stage(t);
  await handOver('127.0.0.1', '10.0.0.1');
  t.same(story, ['broken off', 'captured', 'ended']);
  t.match(await readStore(dir), { ended: { released: false, to: 'n2' }, stateNumber: 7 });
  put('late');
  await capturing.capture();
  t.same([...((await readStore(dir))?.current.keys() ?? [])], ['client', 'late'], 'captures go on');
});

t.test('while clients can reach the service here, it is not handed over', async (t) => {
  const { handOver, story } = await stage(t);
  await t.rejects(handOver('127.0.0.1', '192.0.2.2'), {
    message: 'address 192.0.2.2 is still on this node; order nfslock before the address',
  });
  t.same(story, []);
});

t.test('nor is what another node has taken already', async (t) => {
  const { handOver, story, dir } = await stage(t);
  await claimEpoch({ dir, service: 'nfs-a', holder: { ...HOLDER, node: 'n3' } });
  await t.rejects(handOver(), { code: 'not-ours', message: /another node has taken over/ });
  t.same(story, []);
});
