import { appendFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { statusFromKeeper, statusFromStore } from '../../../lib/cli/service-status.ts';
import { adopted, claimEpoch, readStore } from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { fileOf, HOLDER } from '../store/arbitraries.ts';
import { brokenService, keeperWith, NO_CLIENTS, reportOf, shortDirectory, silentKeeper } from './reports.ts';

const soon = (milliseconds = 2000) => Date.now() + milliseconds;
const fromStore = async (dir: string) => statusFromStore(dir, await readStore(dir));
const options = (dir: string, now = 1000) => {
  return { dir, service: 'nfs-a', holder: { ...HOLDER, node: 'n1' }, now: () => now };
};

t.test('a keeper is asked for its report', async (t) => {
  const base = shortDirectory(t);
  t.teardown(await keeperWith(base, reportOf('nfs-a', { lag: 7, faultCode: null })));
  t.strictSame(await statusFromKeeper('nfs-a', soon(), base), {
    ...{ source: 'keeper', service: 'nfs-a', sharedDir: '/srv/nfs-a', phase: 'capturing' },
    ...{ verdict: { state: 'ok', reason: null }, stateNumber: 1_764_000_001 },
    ...{ owner: { node: 'n1', epoch: 3, since: 1_764_000_000_500 }, clients: NO_CLIENTS, lag: 7 },
    ...{ unprotected: 0, lastRecovery: null },
    ...{ graceLeft: null, waitingFor: [], problems: [], keeper: { pid: 42, version: '0.1.0' } },
  });
});

t.test('in a recovery, how long grace lasts', async (t) => {
  const base = shortDirectory(t);
  t.teardown(await keeperWith(base, reportOf('nfs-a', { phase: 'recovering' })));
  t.match(await statusFromKeeper('nfs-a', soon(), base), { phase: 'recovering', graceLeft: null });
});

t.test('a keeper that hangs is unanswering, and its service is still named', async (t) => {
  const base = shortDirectory(t);
  t.teardown(await silentKeeper(base, 'nfs-a'));
  const status = await statusFromKeeper('nfs-a', soon(100), base);
  t.match(status, { service: 'nfs-a', sharedDir: '/srv/nfs-a', phase: null, clients: null, keeper: null });
  t.match(status?.verdict, { state: 'unanswering', reason: /did not answer on .* in time/ });
});

t.test('so is one that is not there, even where service.json is broken', async (t) => {
  const base = shortDirectory(t);
  await brokenService(base, 'nfs-a');
  const status = await statusFromKeeper('nfs-a', soon(), base);
  t.match(status, { sharedDir: null, verdict: { state: 'unanswering', reason: /no keeper listens/ } });
});

t.test('a directory without service.json is no started service', async (t) => {
  const base = t.testdir({ 'nfs-a': {} });
  t.equal(await statusFromKeeper('nfs-a', soon(), base), null);
});

t.test('a store says whose it is, who is in it and how it stands', async (t) => {
  const dir = join(t.testdir({}), 'store');
  const first = await (await claimEpoch(options(dir))).establish(adopted(null, 1000));
  await first.commit([{ type: 'captured', file: fileOf('one') }]);
  t.strictSame(await fromStore(dir), {
    ...{ service: 'nfs-a', source: 'store', sharedDir: dir, phase: 'capturing' },
    ...{ verdict: { state: 'ok', reason: null }, owner: { node: 'n1', epoch: 1, since: 1000 } },
    ...{ stateNumber: null, clients: { ...NO_CLIENTS, recorded: 1 }, lag: null },
    ...{ unprotected: null, lastRecovery: null },
    ...{ graceLeft: null, waitingFor: [], problems: [], keeper: null },
  });
  await first.close();

  const claim = await claimEpoch(options(dir, 2000));
  const second = await claim.establish(adopted(claim.former, 2000));
  await second.commit([{ type: 'number', number: 7 }]);
  t.match(await fromStore(dir), {
    phase: 'recovering',
    stateNumber: 7,
    owner: { epoch: 2, since: 2000 },
  });
  await second.commit([{ type: 'ended', at: 3000, released: true }]);
  t.match(await fromStore(dir), { phase: 'stopped', verdict: { state: 'ok' } });
  await second.close();
});

t.test('what cannot be what was written is a problem, and damage more than a torn end', async (t) => {
  const dir = join(t.testdir({}), 'store');
  const store = await (await claimEpoch(options(dir))).establish(adopted(null, 1000));
  await store.commit([{ type: 'captured', file: fileOf('one') }]);
  await store.close();
  const journal = join(dir, journalName({ epoch: 1, generation: 1 }));

  appendFileSync(journal, 'cut sho');
  const torn = await fromStore(dir);
  t.match(torn, {
    verdict: { state: 'ok' },
    problems: [/^\S+, line \d+: .*; cut short, never acknowledged$/],
  });

  const lines = readFileSync(journal, 'latin1').split('\n');
  writeFileSync(journal, [...lines.slice(0, 2), 'garbage', ...lines.slice(2)].join('\n'));
  const damaged = await fromStore(dir);
  t.match(damaged.verdict, { state: 'degraded', reason: 'lock store is damaged in 1 place' });
  t.match(damaged.problems[0], /^\S+, line 3: checksum/);

  symlinkSync('/etc/passwd', join(dir, journalName({ epoch: 2, generation: 1 })));
  const linked = await fromStore(dir);
  t.equal(linked.verdict.reason, 'lock store is damaged in 2 places');
  t.match(linked.problems, [/line 3/, /^\S+: is a symbolic link/]);
});
