import t from 'tap';
import { handOverKeeper, type MigrationOptions, takeOverKeeper } from '../../../lib/keeper/migration.ts';
import { exampleService } from '../../support/example-service.ts';
import { FakeKeeper, type Manner } from './fake-keeper.ts';

function options({ program, runtime }: FakeKeeper): MigrationOptions {
  const service = exampleService({ name: 'nfs-a' });
  return { service, keeper: program, runtime, deadline: Date.now() + 30_000, to: 'n2' };
}

async function keeper(t: Parameters<typeof FakeKeeper.make>[0], report: Manner['report'] = {}) {
  const fake = await FakeKeeper.make(t, { report });
  return { fake, ...options(fake) };
}

t.test('a keeper is asked to hand over after it was seen to be well', async (t) => {
  const { fake, ...all } = await keeper(t, { handedOverTo: 'n2' });
  await takeOverKeeper(all);
  await handOverKeeper(all);
  t.same(fake.asked.slice(-2), ['monitor', 'hand-over']);
});

t.test('a dead one is brought back first', async (t) => {
  const { fake, ...all } = await keeper(t, { handedOverTo: 'n2' });
  await takeOverKeeper(all);
  process.kill(Number(fake.pids[0]), 'SIGKILL');
  await handOverKeeper(all);
  t.equal(fake.pids.length, 2);
  t.equal(fake.asked.at(-1), 'hand-over');
});

t.test('one that has failed hands nothing over', async (t) => {
  const { fake, ...all } = await keeper(t, { handedOverTo: 'n2' });
  for (const [reason, message] of [
    ['another node has it', 'another node has it'],
    [null, 'the keeper has failed'],
  ] as const) {
    fake.behave({ report: { verdict: { state: 'failed', reason }, handedOverTo: 'n2' } });
    await takeOverKeeper(all);
    await t.rejects(handOverKeeper(all), { code: 'failed', message });
    t.notOk(fake.asked.includes('hand-over'));
    process.kill(Number(fake.pids.at(-1)), 'SIGKILL');
  }
});

t.test('what was handed over is taken over, with its verdict', async (t) => {
  const verdict = { state: 'degraded', reason: 'some are at risk' } as const;
  const { fake: _, ...all } = await keeper(t, { handedOverTo: 'n2', verdict });
  t.same(await takeOverKeeper(all), verdict);
});

t.test('what was not handed over to this node is on other storage, or nobody left it', async (t) => {
  for (const handedOverTo of [null, 'n3']) {
    const { fake: _, ...all } = await keeper(t, { handedOverTo });
    await t.rejects(takeOverKeeper(all), {
      message: 'the lock store here was not handed over to n2',
      facts: { cure: 'shared_dir must be the same storage on all nodes' },
    });
  }
});
