import t from 'tap';
import { Fault } from '../../../lib/fault.ts';
import type { Report } from '../../../lib/keeper/index.ts';
import { Publishing } from '../../../lib/keeper/publishing.ts';
import { REPORT } from './report.ts';

/** A cluster that takes what it is given, or does not. */
function cluster(report: Partial<Report> = {}) {
  const stage = { report: { ...REPORT, ...report }, exitCode: 0 as number | null, told: [] as string[] };
  const publishing = new Publishing({
    report: () => stage.report,
    run: async ([program, , name, update, value, ...others]) => {
      t.same([program, update, others], ['attrd_updater', '--update-both', ['--delay', '10s']]);
      if (stage.exitCode === null) throw new Fault('not-installed', 'attrd_updater is not installed');
      stage.told.push(`${name}=${value}`);
      return { exitCode: stage.exitCode, stdout: '', stderr: '' };
    },
  });
  const step = async (now: number) => {
    stage.told = [];
    await publishing.step(now);
    return stage.told;
  };
  return { stage, publishing, step };
}

t.test('what has changed is told, and all of it now and then', async (t) => {
  const { stage, step } = cluster();
  t.same(await step(0), [
    'lockferry-locks-clients=7',
    'lockferry-locks-lag=0',
    'lockferry-locks-recovery=2023-11-14T22:14:50Z: 5 of 5 back, 0 missed',
  ]);
  t.same(await step(10_000), []);
  stage.report = { ...stage.report, lag: 1 };
  t.same(await step(14_000), [], 'Pacemaker would wait anew for ten seconds each time');
  stage.report = { ...stage.report, lag: 1001, clients: { ...REPORT.clients, missed: 3 } };
  t.same(await step(20_000), ['lockferry-locks-lag=2'], 'who was missed is no client any more');
  t.equal((await step(700_000)).length, 3);
});

t.test('the last recovery', async (t) => {
  const last = { at: -1, clients: 5, back: 1, missed: 0, missedClients: [] };
  const told = async (report: Partial<Report>) => (await cluster(report).step(0))[2];
  t.equal(await told({ lastRecovery: null }), 'lockferry-locks-recovery=none');
  for (const phase of ['recovering', 'settling'] as const)
    t.equal(
      await told({ phase, lastRecovery: last }),
      'lockferry-locks-recovery=running: 1 of 5 back, 0 missed',
    );
  t.match(await told({ lastRecovery: last }), 'at an unknown time: 1 of 5 back');
});

t.test('nothing is told in the middle of a start or a stop', async (t) => {
  for (const phase of ['adopting', 'stopping', 'failed'] as const)
    t.same(await cluster({ phase }).step(0), []);
  t.same(await cluster({ waitingFor: ['address 192.0.2.1'] }).step(0), []);
});

t.test('a cluster that does not take it is left alone for a while', async (t) => {
  const { stage, step } = cluster();
  stage.exitCode = 102;
  t.equal((await step(0)).length, 1, 'the others would not be taken either');
  stage.exitCode = 0;
  t.same(await step(59_000), []);
  t.equal((await step(60_000)).length, 3);
  stage.exitCode = null;
  stage.report = { ...stage.report, lag: 5 };
  t.same(await step(76_000), [], 'nor where there is none');
  stage.exitCode = 0;
  t.same(await step(135_000), []);
  t.equal((await step(136_000)).length, 1);
});

t.test('a cluster that does not take it again is left alone for longer, up to ten minutes', async (t) => {
  const { stage, step } = cluster();
  stage.exitCode = 102;
  const asked: number[] = [];
  for (let now = 0; now < 3_000_000; now += 60_000)
    if ((await step(now)).length > 0) asked.push(now / 60_000);
  t.same(asked, [0, 1, 3, 7, 15, 25, 35, 45]);
});

t.test('one look at a time, and none keeps the process alive', async (t) => {
  let release = () => {};
  let asked = 0;
  const publishing = new Publishing({
    report: () => REPORT,
    run: async () => {
      asked += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { exitCode: 1, stdout: '', stderr: '' };
    },
  });
  const first = publishing.step(0);
  await publishing.step(0);
  t.equal(asked, 1);
  release();
  await first;
  publishing.start();
});
