import t from 'tap';
import { Fault, type FaultCode } from '../../../lib/fault.ts';
import { type Action, type Call, degraded, failed, notRunning, succeeded } from '../../../lib/ocf/agent.ts';
import { metadataXml } from '../../../lib/ocf/metadata.ts';
import { runAgent } from '../../../lib/ocf/run-agent.ts';
import { usageText } from '../../../lib/ocf/usage.ts';
import { exampleAgent } from './example-agent.ts';

type Parameters = typeof exampleAgent.parameters;
type Run = Action<Parameters>['run'];

async function call(
  argv: string[],
  env: Record<string, string> = {},
  run: Run = exampleAgent.actions.start.run,
) {
  const action = { summary: '', timeout: 30, run };
  const agent = {
    ...exampleAgent,
    actions: { start: action, stop: action, monitor: action, 'validate-all': action },
  };
  const stdout: string[] = [];
  const stderr: string[] = [];
  const code = await runAgent(agent, {
    argv,
    env,
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    pid: 7,
    startedAt: 1_000_000,
    logger: '/bin/false',
  });
  return { code, stdout: stdout.join(''), stderr: stderr.join(''), agent };
}

t.test('meta-data and usage need no environment', async (t) => {
  const { code, stdout, stderr, agent } = await call(['meta-data']);
  t.same({ code, stdout, stderr }, { code: 0, stdout: metadataXml(agent), stderr: '' });
  for (const word of ['usage', 'help']) {
    t.match(await call([word]), { code: 0, stdout: usageText(agent), stderr: '' });
  }
});

t.test('what is no action is 3, with the usage on stderr', async (t) => {
  for (const argv of [[], ['promote'], ['toString'], ['__proto__']]) {
    const { code, stdout, stderr, agent } = await call(argv);
    t.same({ code, stdout, stderr }, { code: 3, stdout: '', stderr: usageText(agent) }, argv.join());
  }
});

t.test('an action gets the call as it was made', async (t) => {
  let seen: Call<Parameters> | undefined;
  const run: Run = (call) => {
    seen = call;
    return notRunning;
  };
  const env = {
    OCF_RESOURCE_INSTANCE: 'a',
    OCF_RESKEY_word: 'a',
    OCF_RESKEY_CRM_meta_timeout: '5000',
    OCF_RESKEY_CRM_meta_interval: '0',
    OCF_CHECK_LEVEL: '10',
  };
  t.match(await call(['status', 'ignored'], env, run), { code: 7, stdout: '', stderr: '' });
  t.match(seen, { instance: 'a', probe: true, checkLevel: 10, deadline: 1_004_500 });
  t.same(seen?.values(), { word: 'a', loud: false });
  t.same(seen?.given(), { word: 'a', loud: '' });
  await call(['monitor'], {}, run);
  t.match(seen, { instance: null, probe: false, checkLevel: 0, deadline: 1_028_000 }, 'the advised time-out');
});

t.test('success is silent; a reason is one prefixed line', async (t) => {
  t.match(await call(['start']), { code: 0, stdout: '', stderr: '' });
  const lagging = () => degraded('2 clients\nat risk');
  const said = 'ocf-exit-reason:2 clients\\nat risk\n';
  const version = { OCF_RA_VERSION_MAJOR: '1', OCF_RA_VERSION_MINOR: '1' };
  t.match(await call(['monitor'], version, lagging), { code: 190, stderr: said });
  t.match(await call(['monitor'], {}, lagging), { code: 0, stderr: said }, 'a caller that knows no degraded');
  const prefix = { OCF_EXIT_REASON_PREFIX: 'why:' };
  t.match(await call(['start'], prefix, async () => failed('broken')), { code: 1, stderr: 'why:broken\n' });
  t.match(await call(['start'], {}, () => failed(null)), { code: 1, stderr: '' });
});

t.test('start and validate-all judge by the kind of fault, others never do', async (t) => {
  const table: [FaultCode, number][] = [
    ['bad-parameter', 6],
    ['not-installed', 5],
    ['bad-node', 2],
    ['malformed', 1],
    ['not-ours', 1],
    ['timed-out', 1],
    ['failed', 1],
  ];
  for (const [code, wanted] of table) {
    const run = () => {
      throw new Fault(code, 'so it is');
    };
    for (const action of ['start', 'validate-all', 'monitor', 'stop']) {
      const expected = action === 'monitor' || action === 'stop' ? 1 : wanted;
      const result = await call([action], {}, run);
      t.match(result, { code: expected, stderr: 'ocf-exit-reason:so it is\n' }, `${action} ${code}`);
    }
  }
});

t.test('an error that nobody foresaw is 1 with its message', async (t) => {
  const run = async () => {
    throw new TypeError('x is undefined');
  };
  t.match(await call(['start'], {}, run), { code: 1, stderr: 'ocf-exit-reason:x is undefined\n' });
});

t.test('a wrong parameter is a fault, a misspelt one a warning', async (t) => {
  const run: Run = (call) => {
    call.values();
    return succeeded;
  };
  t.match(await call(['validate-all'], { OCF_RESKEY_word: 'b' }, run), {
    code: 6,
    stderr: 'ocf-exit-reason:parameter word: found "b", wanted "a"\n',
  });
  t.match(await call(['validate-all'], { OCF_RESKEY_word: 'a', OCF_RESKEY_laud: '1' }, run), {
    code: 0,
    stderr: 'WARNING: parameter laud is not known and has no effect\n',
  });
});
