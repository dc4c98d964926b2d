import t from 'tap';
import { answerOf, reportOf, type Standing, verdictOf } from '../../../lib/keeper/answering.ts';
import type { Kept } from '../../../lib/keeper/kept.ts';
import { emptyState } from '../../../lib/store/reducer.ts';
import { exampleService } from '../../support/example-service.ts';
import { HOLDER } from '../store/arbitraries.ts';

const state = emptyState({ service: 'nfs-a', epoch: 3, holder: HOLDER, since: 7, format: 'record' });
const kept = {
  statd: { sm: '/var/lib/nfs/sm' },
  store: { state },
  writer: { trouble: null, lag: 5 },
  capturing: { unprotected: new Set(['a', 'b']), look: null },
  recovering: { phase: 'capturing', waitingFor: ['NFS'], waited: 0, trouble: null, problems: [] },
  callout: { suspended: false, unprotected: ['b', 'c'], problems: [] },
  ...{ handedOverTo: 'n2', damage: [], nextOwner: { gone: null, refused: null, noRoom: null } },
} as unknown as Kept;
const ADOPTING: Standing = {
  ...{ service: exampleService({ name: 'nfs-a' }), fault: null, kept: null },
  ...{ stopping: false, owner: true, hung: false },
};
const AT_WORK: Standing = { ...ADOPTING, kept };

t.test('before it has adopted the service, a keeper knows nothing of it', (t) => {
  t.match(reportOf(ADOPTING), {
    ...{ phase: 'adopting', service: 'nfs-a', owner: null, stateNumber: null, handedOverTo: null, lag: 0 },
    ...{ unprotected: 0, waitingFor: [], problems: [], lastRecovery: null, clients: { recorded: 0 } },
    verdict: { state: 'ok', reason: null },
  });
  t.end();
});

t.test('one that could not is failed, and says why', (t) => {
  const failed = { ...ADOPTING, fault: { code: 'not-ours', reason: 'a\n; found \\n' }, stopping: true };
  t.match(answerOf(failed), {
    phase: 'failed',
    faultCode: 'not-ours',
    verdict: { state: 'failed', reason: 'a\\n; found \\n' },
  });
  t.notMatch(verdictOf(failed).reason, '\n');
  t.end();
});

t.test('one that is at work says what it knows', (t) => {
  t.match(reportOf(AT_WORK), {
    ...{ phase: 'capturing', owner: { node: HOLDER.node, epoch: 3, since: 7 }, handedOverTo: 'n2', lag: 5 },
    ...{ waitingFor: ['NFS'], verdict: { state: 'ok' } },
  });
  t.equal(answerOf(AT_WORK).unprotected, 3, 'nobody is counted twice');
  t.equal(answerOf({ ...AT_WORK, stopping: true }).phase, 'stopping');
  t.end();
});

t.test('its verdict is of the worst', (t) => {
  const suspended = {
    ...kept,
    callout: { ...kept.callout, suspended: true, unprotected: [] },
  } as unknown as Kept;
  t.equal(verdictOf({ ...AT_WORK, owner: false }).state, 'failed');
  t.match(verdictOf({ ...AT_WORK, kept: suspended }), {
    state: 'degraded',
    reason: /^2 clients unprotected/,
  });
  const damage = [{ file: 'epoch-1', line: 3, reason: 'checksum does not match' }];
  t.match(
    verdictOf({ ...AT_WORK, kept: { ...kept, damage } as unknown as Kept }).reason,
    /epoch-1 was damaged/,
  );
  t.same(answerOf({ ...AT_WORK, kept: { ...kept, damage } as unknown as Kept }).problems, [
    'epoch-1: line 3: checksum does not match',
  ]);
  const nextOwner = { gone: null, refused: 'open', noRoom: null };
  t.match(verdictOf({ ...AT_WORK, kept: { ...kept, nextOwner } as unknown as Kept }).reason, /fail: open$/);
  t.match(verdictOf({ ...AT_WORK, hung: true }), { state: 'degraded', reason: /did not become durable/ });
  t.end();
});
