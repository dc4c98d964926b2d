import { readFileSync } from 'node:fs';
import t from 'tap';
import { type NfslockTools, nfslock } from '../../agents/nfslock.ts';
import { nfslockParameters } from '../../agents/nfslock-parameters.ts';
import type { Finding } from '../../lib/checks/finding.ts';
import { Fault } from '../../lib/fault.ts';
import { metadataXml } from '../../lib/ocf/metadata.ts';
import { runAgent } from '../../lib/ocf/run-agent.ts';
import { VERSION } from '../../lib/version.ts';

const right = {
  OCF_RA_VERSION_MAJOR: '1',
  OCF_RA_VERSION_MINOR: '1',
  OCF_RESOURCE_INSTANCE: 'locks',
  OCF_RESKEY_shared_dir: '/srv/nfs/locks',
  OCF_RESKEY_ip: '192.0.2.1',
};
const keeper = { node: '/usr/bin/node', program: '/usr/share/lockferry/keeper.cjs' };

async function unexpected(): Promise<never> {
  throw new Error('this must not be called');
}

/** A node on which nothing may be called but what the test gives. */
const untouched: NfslockTools = {
  version: VERSION,
  keeper,
  isStarted: unexpected,
  startKeeper: unexpected,
  monitorKeeper: unexpected,
  stopKeeper: unexpected,
  handOverKeeper: unexpected,
  takeOverKeeper: unexpected,
  checkNode: unexpected,
};

async function run(action: string, tools: Partial<NfslockTools>, env: Record<string, string> = right) {
  const stderr: string[] = [];
  const code = await runAgent(nfslock({ ...untouched, ...tools }), {
    argv: [action],
    env,
    stdout: { write: unexpected },
    stderr: { write: (text) => stderr.push(text) },
    pid: 7,
    startedAt: 1_000_000,
    logger: '/bin/false',
  });
  return { code, stderr: stderr.join('') };
}

const ok = async () => ({ state: 'ok', reason: null }) as const;
const yes = async () => true;
const no = async () => false;
const healthy = async (): Promise<Finding[]> => [{ code: 'a', verdict: 'ok', evidence: '' }];
const warned: Finding = { code: 'b', verdict: 'warning', evidence: 'sm belongs to root', cure: 'chown it' };
const broken: Finding = {
  code: 'c',
  verdict: 'bad',
  fault: 'not-installed',
  evidence: 'no dbus-send',
  cure: 'install dbus',
};

t.test('the meta-data in the repository is that of the agent (npm run build renews it)', async (t) => {
  t.equal(metadataXml(nfslock(untouched)), readFileSync('ocf-metadata/nfslock.xml', 'utf8'));
});

t.test('start checks the node, then starts the keeper', async (t) => {
  const seen: unknown[] = [];
  const startKeeper: NfslockTools['startKeeper'] = async (options) => {
    seen.push(options);
    return { state: 'ok', reason: null };
  };
  t.same(await run('start', { checkNode: healthy, startKeeper }), { code: 0, stderr: '' });
  t.match(seen, [
    { service: { name: 'locks', sharedDir: '/srv/nfs/locks' }, keeper, deadline: 1_000_000 + 58_000 },
  ]);
});

t.test('start on a node that cannot work does nothing', async (t) => {
  t.same(await run('start', { checkNode: async () => [warned, broken] }), {
    code: 5,
    stderr: 'WARNING: sm belongs to root; chown it\nocf-exit-reason:no dbus-send; install dbus\n',
  });
});

t.test('locks at risk do not fail a start; a keeper that says no does', async (t) => {
  const start = (state: 'degraded' | 'failed') =>
    run('start', { checkNode: healthy, startKeeper: async () => ({ state, reason: 'why' }) });
  t.same(await start('degraded'), { code: 0, stderr: 'WARNING: why\n' });
  t.same(await start('failed'), { code: 1, stderr: 'ocf-exit-reason:why\n' });
  const startKeeper = async () => {
    throw new Fault('timed-out', 'start is still waiting: lock store');
  };
  t.same(await run('start', { checkNode: healthy, startKeeper }), {
    code: 1,
    stderr: 'ocf-exit-reason:start is still waiting: lock store\n',
  });
});

t.test('wrong parameters: start and validate-all 6, stop 0, a probe 7', async (t) => {
  const wrong = { ...right, OCF_RESKEY_ip: 'x' };
  const reason = /^ocf-exit-reason:parameter ip: found "x", wanted [^\n]*\n$/;
  t.match(await run('start', {}, wrong), { code: 6, stderr: reason });
  t.match(await run('validate-all', {}, wrong), { code: 6, stderr: reason });
  t.same(await run('stop', { stopKeeper: async () => [] }, wrong), { code: 0, stderr: '' });
  t.same(await run('monitor', { isStarted: no }, { ...wrong, OCF_RESKEY_CRM_meta_interval: '0' }), {
    code: 7,
    stderr: '',
  });
  t.match(await run('monitor', { isStarted: yes }, wrong), { code: 1, stderr: reason }, 'a running service');
});

t.test('reload-agent takes up the parameters of a running service, and starts none', async (t) => {
  const seen: unknown[] = [];
  const startKeeper: NfslockTools['startKeeper'] = async (options) => {
    seen.push(options);
    return { state: 'ok', reason: null };
  };
  const changed = { ...right, OCF_RESKEY_record_format: 'copy' };
  t.same(await run('reload-agent', { isStarted: yes, startKeeper }, changed), { code: 0, stderr: '' });
  t.match(seen, [{ service: { name: 'locks', recordFormat: 'copy' }, keeper, deadline: 1_000_000 + 58_000 }]);
  t.same(await run('reload-agent', { isStarted: no }, changed), { code: 7, stderr: '' });
  t.match(await run('reload-agent', { isStarted: yes }, { ...right, OCF_RESKEY_max_lag: '0' }), {
    code: 1,
    stderr: /parameter max_lag: found "0", wanted/,
  });
});

t.test('what a running service takes up in place is marked so, and the rest is not', async (t) => {
  const kept = Object.entries(nfslockParameters).filter(([, parameter]) => !('reloadable' in parameter));
  t.same(
    kept.map(([name]) => name),
    ['shared_dir', 'ip', 'lock_manager', 'statd_dir'],
  );
});

t.test('monitor says what the keeper says', async (t) => {
  const monitor = (monitorKeeper: NfslockTools['monitorKeeper']) =>
    run('monitor', { isStarted: yes, monitorKeeper });
  t.same(await monitor(ok), { code: 0, stderr: '' });
  const given: unknown[] = [];
  await monitor(async (options) => {
    given.push(options.given);
    return ok();
  });
  t.match(given, [{ shared_dir: '/srv/nfs/locks', ip: '192.0.2.1', max_lag: '' }], 'as the caller gives it');
  t.same(await monitor(async () => ({ state: 'degraded', reason: '2 clients at risk' })), {
    code: 190,
    stderr: 'ocf-exit-reason:2 clients at risk\n',
  });
  t.match(await monitor(async () => ({ state: 'failed', reason: 'another owner' })), { code: 1 });
  t.same(await run('monitor', { isStarted: no }), { code: 7, stderr: '' });
});

t.test('a probe looks whether the service is started, and no further', async (t) => {
  const probe = { ...right, OCF_RESKEY_CRM_meta_interval: '0' };
  t.same(await run('monitor', { isStarted: yes }, probe), { code: 0, stderr: '' });
  t.same(await run('monitor', { isStarted: no }, probe), { code: 7, stderr: '' });
});

t.test('stop is 0 and says what could not be done', async (t) => {
  const seen: unknown[] = [];
  const stopKeeper: NfslockTools['stopKeeper'] = async (options) => {
    seen.push(options);
    return ['no last capture: storage hangs'];
  };
  t.same(await run('stop', { stopKeeper }), { code: 0, stderr: 'WARNING: no last capture: storage hangs\n' });
  t.match(seen, [{ name: 'locks', deadline: 1_000_000 + 18_000, keeper: { program: /keeper/ } }]);
});

t.test(
  'a name under which nothing can have been started is stopped, and no path is made of it',
  async (t) => {
    for (const name of ['../locks', '']) {
      const env = { ...right, OCF_RESOURCE_INSTANCE: name };
      t.same(await run('reload-agent', {}, env), { code: 7, stderr: '' });
      t.same(await run('stop', {}, env), { code: 0, stderr: '' });
      t.same(await run('monitor', {}, env), { code: 7, stderr: '' });
    }
  },
);

t.test('validate-all looks at the node at level 10 only, and needs no resource name', async (t) => {
  const { OCF_RESOURCE_INSTANCE: _, ...nameless } = right;
  t.same(await run('validate-all', {}, nameless), { code: 0, stderr: '' });
  t.match(await run('validate-all', {}, { ...right, OCF_RESOURCE_INSTANCE: 'a/b' }), { code: 6 });
  const deep = { ...nameless, OCF_CHECK_LEVEL: '10' };
  t.same(await run('validate-all', { checkNode: healthy }, deep), { code: 0, stderr: '' });
  t.match(await run('validate-all', { checkNode: async () => [broken] }, deep), { code: 5 });
});

t.test('migrate_to hands over what runs here, to the node that the cluster names', async (t) => {
  const seen: unknown[] = [];
  const handOverKeeper: NfslockTools['handOverKeeper'] = async (options) => {
    seen.push(options);
  };
  const migrating = { ...right, OCF_RESKEY_CRM_meta_migrate_target: 'n2' };
  t.same(await run('migrate_to', { isStarted: yes, handOverKeeper }, migrating), { code: 0, stderr: '' });
  t.match(seen, [{ service: { name: 'locks' }, keeper, to: 'n2', deadline: 1_000_000 + 18_000 }]);
  t.same(await run('migrate_to', { isStarted: no }, migrating), { code: 7, stderr: '' });
  t.same(await run('migrate_to', {}, { ...migrating, OCF_RESOURCE_INSTANCE: 'a/b' }), {
    code: 7,
    stderr: '',
  });
});

t.test('migrate_from takes over like a start', async (t) => {
  const migrating = { ...right, OCF_RESKEY_CRM_meta_migrate_target: 'n2' };
  const seen: unknown[] = [];
  const takeOver = (checkNode: NfslockTools['checkNode'], state: 'ok' | 'degraded' | 'failed') =>
    run(
      'migrate_from',
      {
        checkNode,
        takeOverKeeper: async (options) => {
          seen.push(options);
          return { state, reason: state === 'ok' ? null : 'why' };
        },
      },
      migrating,
    );
  t.same(await takeOver(healthy, 'ok'), { code: 0, stderr: '' });
  t.match(seen, [{ service: { name: 'locks' }, keeper, to: 'n2', deadline: 1_000_000 + 58_000 }]);
  t.same(await takeOver(healthy, 'degraded'), { code: 0, stderr: 'WARNING: why\n' });
  t.same(await takeOver(healthy, 'failed'), { code: 1, stderr: 'ocf-exit-reason:why\n' });
  t.match(await takeOver(async () => [broken], 'ok'), { code: 1 }, 'which bans the service from no node');
  t.equal(seen.length, 3);
});

t.test('nothing migrates where the cluster does not say to which node', async (t) => {
  const reason = 'ocf-exit-reason:nothing migrates: OCF_RESKEY_CRM_meta_migrate_target is not set\n';
  t.same(await run('migrate_to', { isStarted: yes }), { code: 1, stderr: reason });
  t.same(await run('migrate_from', {}), { code: 1, stderr: reason });
});
