import { existsSync } from 'node:fs';
import t, { type Test } from 'tap';
import { endKeeper } from '../../../lib/keeper/end-keeper.ts';
import { startKeeper } from '../../../lib/keeper/index.ts';
import { spawnKeeper } from '../../../lib/keeper/keeper-process.ts';
import { readProcess } from '../../../lib/node/process.ts';
import { exampleService } from '../../support/example-service.ts';
import { FakeKeeper, type Manner } from './fake-keeper.ts';

t.jobs = 4;
const WELL = { state: 'ok', reason: null } as const;

/** A keeper that runs, and what ends it within so many milliseconds. */
async function running(t: Test, manner: Manner = {}) {
  const fake = await FakeKeeper.make(t);
  const { runtime, program: keeper, directory } = fake;
  fake.behave({ report: { verdict: WELL }, ...manner });
  await startKeeper({ service: exampleService(), keeper, runtime, deadline: Date.now() + 20_000 });
  const [pid] = fake.pids;
  return {
    ...{ fake, pid, directory },
    lives: async () => (await readProcess(Number(pid))) !== null,
    end: (within: number, kill?: Parameters<typeof endKeeper>[3]) =>
      endKeeper(directory, 'stop', Date.now() + within, kill),
  };
}

t.test('a keeper that is asked ends, and is forgotten', { buffered: true }, async (t) => {
  const { end, lives, directory } = await running(t);
  t.same(await end(20_000), { undone: [], answered: true, gone: true });
  t.equal(await lives(), false);
  t.notOk(existsSync(directory.pidFile));
  t.same(await end(20_000), { undone: [], answered: false, gone: true }, 'nobody answers for it then');
});

t.test(
  'one that answers and goes on is killed; what it could not do is said',
  { buffered: true },
  async (t) => {
    const reason = 'the last capture did not become durable';
    const verdict = { state: 'degraded', reason } as const;
    const { end, lives } = await running(t, { stubborn: true, report: { verdict } });
    t.same(await end(20_000), { undone: [reason], answered: true, gone: true });
    t.equal(await lives(), false);
  },
);

t.test(
  'one that has not adopted the service, or could not, has left nothing',
  { buffered: true },
  async (t) => {
    for (const phase of ['adopting', 'failed'] as const) {
      const { directory, program } = await FakeKeeper.make(t, { report: { phase } });
      await directory.create(exampleService());
      spawnKeeper(program, 'nfs-a');
      while (!existsSync(directory.socket)) await new Promise((done) => setTimeout(done, 10));
      const end = await endKeeper(directory, 'stop', Date.now() + 20_000);
      t.same(end, { undone: [], answered: false, gone: true }, phase);
    }
  },
);

t.test('one that a hung file system holds is left behind, in time', { buffered: true }, async (t) => {
  const { end, pid } = await running(t, { stubborn: true });
  const since = Date.now();
  t.same(await end(1200, async () => undefined), {
    undone: [`keeper ${pid} hangs in the kernel and is left behind`],
    ...{ answered: true, gone: false },
  });
  t.ok(Date.now() - since < 3000);
  process.kill(Number(pid), 'SIGKILL');
});
