import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { checkNode } from '../../../lib/checks/node-checks.ts';
import type { Service } from '../../../lib/node/service.ts';
import { exampleService } from '../../support/example-service.ts';

const service = exampleService({ sharedDir: '/srv/nfs/locks' });

async function healthyNode(t: Test, owner = 101) {
  const root = t.testdir({ var: { lib: { nfs: { sm: {} } } }, bin: { 'dbus-send': '' } });
  await chown(join(root, 'var/lib/nfs/sm'), owner, 65534);
  await chmod(join(root, 'bin/dbus-send'), 0o755);
  return { nodeVersion: '20.1.0', root, path: join(root, 'bin') };
}

/** The finding of one check. */
async function finding(t: Test, code: string, change: Partial<Service> = {}, node = {}) {
  const findings = await checkNode({ ...service, ...change }, { ...(await healthyNode(t)), ...node });
  return findings.find((found) => found.code === code);
}

t.test('a healthy node passes, and the storage is not touched', async (t) => {
  const node = await healthyNode(t);
  const findings = await checkNode({ ...service, lockManager: 'ganesha' }, node);
  t.same(
    findings.map(({ code, verdict, evidence }) => [code, verdict, evidence]),
    [
      ['node-version', 'ok', 'Node.js 20.1.0'],
      ['statd-directory', 'ok', '/var/lib/nfs/sm belongs to uid 101'],
      ['ganesha-control', 'ok', join(node.path, 'dbus-send')],
      ['store-place', 'ok', '/srv/nfs/locks'],
      ['notify-unit', 'ok', 'there is no systemd'],
      ['notify-by-statd', 'ok', 'rpc.statd does not run'],
      ['lift-grace', 'ok', 'NFS-Ganesha is asked for'],
      ['nsm-local-state', 'ok', 'nsm_local_state is 0'],
    ],
  );
});

t.test('Node.js 18.20 is the oldest', async (t) => {
  for (const [nodeVersion, verdict] of [
    ['18.20.0', 'ok'],
    ['22.0.0', 'ok'],
    ['18.19.1', 'failure'],
    ['16.20.2', 'failure'],
    ['', 'failure'],
  ]) {
    t.match(await finding(t, 'node-version', {}, { nodeVersion }), { verdict }, `version ${nodeVersion}`);
  }
});

t.test("statd's directory must be there, and its sm/ belong to statd", async (t) => {
  const code = 'statd-directory';
  t.match(await finding(t, code, { statdDir: '/srv/none' }), {
    verdict: 'failure',
    fault: 'bad-node',
    evidence: "statd's directory /srv/none does not exist",
    cure: 'correct statd_dir',
  });
  t.match(await finding(t, code, { statdDir: '/var/lib' }), {
    verdict: 'warning',
    evidence: '/var/lib/sm does not exist',
  });
  const findings = await checkNode(service, await healthyNode(t, 0));
  t.match(findings[1], { code, verdict: 'warning', evidence: '/var/lib/nfs/sm belongs to root' });
});

t.test('a defect of the check itself is not taken for a verdict', async (t) => {
  await t.rejects(finding(t, 'statd-directory', { statdDir: '/a' }, { root: 1 }), TypeError);
});

t.test('NFS-Ganesha is spoken to by dbus-send', async (t) => {
  const code = 'ganesha-control';
  t.match(await finding(t, code, { lockManager: 'ganesha' }, { path: '/nonexistent' }), {
    verdict: 'failure',
    fault: 'not-installed',
    cure: 'install dbus',
  });
  t.match(await finding(t, code, { lockManager: 'kernel' }, { path: '/nonexistent' }), { verdict: 'ok' });
});

t.test(
  'the lock store has no business in statd\u2019s directory, nor on a file system of this boot',
  async (t) => {
    const code = 'store-place';
    for (const [sharedDir, statdDir, verdict] of [
      ['/var/lib/nfs/locks', null, 'failure'],
      ['/var/lib/nfs', '/srv/none', 'failure'],
      ['/var/lib/nfs', '/var/lib', 'failure'],
      ['/var/lib/nfs-locks', null, 'ok'],
      ['/run/locks', null, 'warning'],
      ['/dev', null, 'warning'],
      ['/runtime', null, 'ok'],
    ] as const) {
      t.match(await finding(t, code, { sharedDir, statdDir }), { verdict }, sharedDir);
    }
  },
);
