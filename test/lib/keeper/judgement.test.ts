import t from 'tap';
import { type Health, judgeHealth } from '../../../lib/keeper/judgement.ts';

const WELL: Health = {
  ...{ owner: true, storeTrouble: null, lag: 0, unprotected: 0, statdDirectory: 'present', smPath: '/s/sm' },
  ...{ calloutSuspended: false, recoveryTrouble: null, waitingFor: [], waited: 0 },
  ...{ maxLag: 5000, strict: false, storeGone: null, storeRefused: null, storeDamage: [] },
};
const judge = (health: Partial<Health>) => judgeHealth({ ...WELL, ...health });
const degraded = (reason: string) => ({ state: 'degraded', reason });

t.test('all is well, also while the little that is late may be', async (t) => {
  t.same(judge({}), { state: 'ok', reason: null });
  t.same(judge({ lag: 5000, unprotected: 3, waitingFor: ['address a'], waited: 60_000 }), {
    state: 'ok',
    reason: null,
  });
  t.equal(judge({ waited: 90_000 }).state, 'ok', 'a long recovery that waits for nothing');
});

t.test('each thing that is wrong is named', async (t) => {
  t.same(judge({ owner: false }), { state: 'failed', reason: 'another node has taken over this service' });
  t.same(judge({ storeGone: 'it is gone' }), degraded('all clients unprotected: it is gone'));
  t.match(judge({ storeGone: 'it is gone', strict: true }), { state: 'failed' });
  t.same(judge({ storeTrouble: 'EIO', unprotected: 2 }), degraded('2 clients unprotected: EIO'));
  t.same(
    judge({ lag: 5600, unprotected: 1 }),
    degraded('1 clients unprotected: shared_dir has not answered for 6 s'),
  );
  t.same(
    judge({ calloutSuspended: true, unprotected: 4 }),
    degraded('4 clients unprotected: locks are granted without waiting for shared_dir'),
  );
  t.same(
    judge({ statdDirectory: 'missing' }),
    degraded('no client is captured: /s/sm does not exist; start rpc.statd'),
  );
  t.same(judge({ recoveryTrouble: 'grace could not be opened' }), degraded('grace could not be opened'));
  t.same(
    judge({ waitingFor: ['address a', 'grace to be on'], waited: 60_001 }),
    degraded('former clients are not told yet, waiting for address a, grace to be on'),
  );
});

t.test('a lock store that the next owner would refuse, and one that was damaged', async (t) => {
  const storeRefused = 'lock store /s is refused; chmod it';
  t.same(judge({ storeRefused }), degraded(`the next start would fail: ${storeRefused}`));
  t.equal(judge({ storeRefused, strict: true }).state, 'degraded', 'what is recorded is not lost');
  const damage = { file: 'epoch-1', line: 3, reason: 'checksum does not match' };
  t.same(
    judge({ storeDamage: [damage] }),
    degraded('clients may be lost: epoch-1 was damaged (checksum does not match); look at the storage'),
  );
  t.match(judge({ storeDamage: [damage, damage, damage] }).reason, /damaged, and in 2 more places \(/);
  t.match(
    judge({ storeDamage: [damage], recoveryTrouble: 'r' }).reason,
    'r',
    'what is still to be mended is said',
  );
});

t.test('strict makes a failure of what leaves locks unprotected, and of nothing else', async (t) => {
  const strict = (health: Partial<Health>) => judge({ ...health, strict: true });
  t.same(strict({}), { state: 'ok', reason: null });
  t.same(strict({ lag: 5600, unprotected: 1 }), {
    state: 'failed',
    reason: '1 clients unprotected: shared_dir has not answered for 6 s',
  });
  t.match(strict({ storeTrouble: 'EIO' }), { state: 'failed', reason: /EIO/ });
  t.match(strict({ statdDirectory: 'missing' }), { state: 'failed', reason: /start rpc.statd/ });
  t.equal(strict({ recoveryTrouble: 'grace could not be opened' }).state, 'degraded');
  t.equal(strict({ waitingFor: ['address a'], waited: 60_001 }).state, 'degraded');
});

t.test('a capture may be as late as it was told', async (t) => {
  t.equal(judge({ lag: 5600, maxLag: 6000 }).state, 'ok');
  t.equal(judge({ lag: 6001, maxLag: 6000 }).state, 'degraded');
});

t.test('a long path does not hide the cure', async (t) => {
  const smPath = `/${'s'.repeat(300)}/sm`;
  t.match(judge({ statdDirectory: 'missing', smPath }).reason, /does not exist; start rpc.statd$/);
});

t.test('the worst comes first, and nothing that strangers wrote reaches a terminal raw', async (t) => {
  const all: Partial<Health> = {
    ...{ owner: false, storeTrouble: 'E\x1b[2J', statdDirectory: 'missing', recoveryTrouble: 'r' },
    ...{ waitingFor: ['w'], waited: 61_000 },
  };
  t.equal(judge(all).state, 'failed');
  const store = judge({ ...all, owner: true }).reason ?? '';
  t.match(store, /^0 clients unprotected: E/);
  t.notMatch(store, '\x1b');
  t.equal(judge({ recoveryTrouble: 'found \\x1b' }).reason, 'found \\x1b', 'what is escaped stays as it is');
  t.match(judge({ ...all, owner: true, storeTrouble: null }).reason, /^no client is captured/);
  t.equal(judge({ recoveryTrouble: 'r', waitingFor: ['w'], waited: 61_000 }).reason, 'r');
});
