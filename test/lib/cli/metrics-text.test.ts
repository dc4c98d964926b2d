import t from 'tap';
import { metricsText } from '../../../lib/cli/metrics-text.ts';
import type { ServiceStatus } from '../../../lib/cli/service-status.ts';
import { NO_CLIENTS } from './reports.ts';

const WELL: ServiceStatus = {
  ...{
    service: 'nfs-a',
    source: 'keeper',
    sharedDir: '/srv/a',
    phase: 'recovering',
    stateNumber: 1_764_000_001,
  },
  ...{ verdict: { state: 'ok', reason: null }, owner: { node: 'n1', epoch: 3, since: 1 }, lag: 1500 },
  ...{
    clients: { ...NO_CLIENTS, told: 1, back: 9 },
    unprotected: 2,
    graceLeft: null,
    waitingFor: [],
    problems: [],
  },
  ...{
    lastRecovery: { at: 1_764_000_000_500, clients: 12, back: 9, missed: 1, missedClients: ['c1'] },
    keeper: null,
  },
};
const MUTE: ServiceStatus = {
  ...{ ...WELL, service: 'a"\\\n', phase: null, stateNumber: null, owner: null, lag: null, clients: null },
  ...{ verdict: { state: 'unanswering', reason: null }, unprotected: null, lastRecovery: null },
};

/** Reads the text format as strictly as its description; throws where it is none. */
function parse(text: string): Map<string, number> {
  t.match(text, /^$|\n$/, 'the last line has an end');
  const samples = new Map<string, number>();
  let type = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const comment = /^# (?:HELP ([a-z_]+) [^\\]+|TYPE ([a-z_]+) gauge)$/.exec(line);
    if (comment !== null) {
      if (comment[2] !== undefined) type = comment[2];
      continue;
    }
    const [, name, labels, value] =
      /^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\[\\n"])*"(?:,[a-z]+="(?:[^"\\\n]|\\[\\n"])*")*\}) (-?\d+(?:\.\d+)?)$/.exec(
        line,
      ) ?? [];
    if (name !== type) throw new Error(`${line} is not below its type`);
    const key = `${name}${labels}`;
    if (samples.has(key)) throw new Error(`${key} is there twice`);
    samples.set(key, Number(value));
  }
  return samples;
}

t.test('what is known of each service, in the text format', async (t) => {
  const samples = parse(metricsText([WELL, MUTE]));
  const of = (name: string, labels = '') => samples.get(`${name}{service="nfs-a"${labels}}`);
  t.equal(of('lockferry_service_state', ',state="ok"'), 1);
  t.equal(of('lockferry_service_state', ',state="degraded"'), 0);
  t.equal(of('lockferry_recovering'), 1);
  t.equal(of('lockferry_clients', ',phase="back"'), 9);
  t.equal(of('lockferry_unprotected_clients'), 2);
  t.equal(of('lockferry_lag_seconds'), 1.5);
  t.equal(of('lockferry_epoch'), 3);
  t.equal(of('lockferry_state_number'), 1_764_000_001);
  t.equal(of('lockferry_last_recovery_timestamp_seconds'), 1_764_000_000.5);
  t.equal(of('lockferry_last_recovery_clients', ',outcome="open"'), 2);
  const mute = [...samples].filter(([key]) => !key.includes('"nfs-a"'));
  t.same(
    mute.map(([key, value]) => [key, value]),
    ['ok', 'degraded', 'failed', 'unanswering'].map((state) => [
      `lockferry_service_state{service="a\\"\\\\\\\\\\\\n",state="${state}"}`,
      Number(state === 'unanswering'),
    ]),
    'of one that does not answer, only that',
  );
});

t.test('no service, no metric', async (t) => {
  t.equal(metricsText([]), '');
  t.equal(parse('').size, 0);
});
