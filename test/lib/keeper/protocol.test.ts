import t from 'tap';
import {
  answerSchema,
  clientCountsSchema,
  refusalSchema,
  reportSchema,
  requestSchema,
} from '../../../lib/keeper/protocol.ts';
import { REPORT } from './report.ts';

t.test('a keeper can be asked five things', async (t) => {
  for (const op of ['report', 'monitor', 'stop', 'replace']) t.same(requestSchema.parse({ op }), { op });
  const handOver = { op: 'hand-over', to: 'n2' };
  t.same(requestSchema.parse(handOver), handOver);
  for (const wrong of [{}, { op: 'hand-over' }, { op: 'start' }, 'stop', null]) {
    t.notOk(requestSchema.safeParse(wrong).success, JSON.stringify(wrong));
  }
});

t.test('a report that was written is read back as it was', async (t) => {
  t.same(reportSchema.parse(JSON.parse(JSON.stringify(REPORT))), REPORT);
  const { clients, lastRecovery, ...answer } = REPORT;
  t.same(answerSchema.parse(REPORT), answer, 'of which the monitor needs less');
  const empty = { ...REPORT, phase: 'failed', faultCode: 'not-ours', owner: null, stateNumber: null };
  t.same(reportSchema.parse(empty), empty);
});

t.test('a keeper of an older version does not say all of it', async (t) => {
  const { unprotected: _, lastRecovery: __, ...older } = REPORT;
  t.match(reportSchema.parse(older), { ...older, unprotected: 0, lastRecovery: null });
});

t.test('what is no report is refused', async (t) => {
  for (const wrong of [
    { version: 1 },
    { phase: 'asleep' },
    { verdict: { state: 'ok' } },
    { owner: { node: 'alpha' } },
    { clients: { ...REPORT.clients, missed: undefined } },
    { waitingFor: 'exports' },
  ]) {
    t.notOk(reportSchema.safeParse({ ...REPORT, ...wrong }).success, JSON.stringify(wrong));
  }
  t.notOk(clientCountsSchema.safeParse({}).success);
  t.notOk(refusalSchema.safeParse(REPORT).success);
});
