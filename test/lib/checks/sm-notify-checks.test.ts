import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { SM_NOTIFY_CHECKS } from '../../../lib/checks/sm-notify-checks.ts';
import type { Service } from '../../../lib/node/service.ts';
import { exampleService } from '../../support/example-service.ts';
import { FakeRoot } from '../node/fake-root.ts';

/** The finding of one check on a node that has these files. */
async function found(root: FakeRoot, code: string, change: Partial<Service> = {}) {
  const findings = SM_NOTIFY_CHECKS.map((check) => check(exampleService(change), { root: root.path }));
  return (await Promise.all(findings)).find((finding) => finding.code === code);
}

const node = (t: Test, files: Readonly<Record<string, string>> = {}) => new FakeRoot(t.testdir()).put(files);

t.test('the unit that notifies at boot has to be masked', async (t) => {
  const code = 'notify-unit';
  const root = node(t, { 'lib/systemd/system/rpc-statd-notify.service': '[Unit]' });
  t.match(await found(root, code), { verdict: 'ok', evidence: 'there is no systemd' });
  root.put({ 'run/systemd/system/other.service': '' });
  t.match(await found(root, code), {
    verdict: 'warning',
    cure: 'systemctl mask rpc-statd-notify.service',
  });
  root.link('etc/systemd/system/rpc-statd-notify.service', '/dev/null');
  t.match(await found(root, code), { verdict: 'ok', evidence: 'rpc-statd-notify.service is masked' });
  for (const name of ['lib', 'etc']) root.remove(`${name}/systemd/system/rpc-statd-notify.service`);
  t.match(await found(root, code), { verdict: 'ok', evidence: 'there is no rpc-statd-notify.service' });
});

t.test('rpc.statd must not start sm-notify', async (t) => {
  const code = 'notify-by-statd';
  t.match(await found(node(t), code), { verdict: 'ok', evidence: 'rpc.statd does not run' });
  const statd = (t: Test, cmdline: string, environ = '') =>
    node(t, { 'proc/70/cmdline': cmdline, 'proc/70/environ': environ }).process(70, 'rpc.statd');
  for (const [cmdline, environ] of [
    ['rpc.statd\0--no-notify\0', ''],
    ['rpc.statd\0-L\0-p\x004000\0', ''],
    ['rpc.statd\0', 'A=1\0RPC_STATD_NO_NOTIFY=1\0'],
  ] as const) {
    await t.test(cmdline + environ, async (t) => {
      t.match(await found(statd(t, cmdline, environ), code), { verdict: 'ok', evidence: /with --no-notify/ });
    });
  }
  const careless = statd(t, 'rpc.statd\0-p\x004000\0', 'RPC_STATD_NO_NOTIFY=0\0');
  t.match(await found(careless, code), {
    verdict: 'warning',
    cure: 'set no-notify=1 in [statd] of nfs.conf',
  });
  careless.put({ 'etc/nfs.conf': '[statd]\nno-notify=0\n' });
  t.match(await found(careless, code), { verdict: 'warning' });
  careless.put({ 'run/sm-notify.pid': '' });
  t.match(await found(careless, code), { verdict: 'ok', evidence: /has run in this boot/ });
  careless.remove('run/sm-notify.pid');
  careless.put({ 'etc/nfs.conf': '[statd]\nno-notify=yes\n' });
  t.match(await found(careless, code), { verdict: 'ok' });
  const elsewhere = node(t).process(71, 'rpc.statd');
  t.match(await found(elsewhere, code), { verdict: 'warning' }, 'what cannot be read says nothing');
});

t.test('sm-notify must not end grace', async (t) => {
  const code = 'lift-grace';
  const root = node(t);
  const cure = 'set lift-grace=n in [sm-notify] of nfs.conf';
  t.match(await found(root, code), { verdict: 'warning', cure }, 'it does unless told otherwise');
  t.match(await found(root, code, { lockManager: 'ganesha' }), { verdict: 'ok' });
  root.put({ 'etc/nfs.conf': '[sm-notify]\nlift-grace=y\n' });
  t.match(await found(root, code), { verdict: 'warning', cure });
  root.put({ 'etc/nfs.conf.d/cluster.conf': '[sm-notify]\nlift-grace=n\n' });
  t.match(await found(root, code), { verdict: 'ok', evidence: 'lift-grace=n' });
});

t.test('the kernel has the number of its own status monitor', async (t) => {
  const code = 'nsm-local-state';
  const root = node(t, { 'var/lib/nfs/sm/x': '' });
  t.match(await found(root, code), { verdict: 'ok', evidence: 'nsm_local_state is 0' });
  root.put({ 'proc/sys/fs/nfs/nsm_local_state': '7\n' });
  t.match(await found(root, code), { verdict: 'ok' }, 'no state file');
  writeFileSync(join(root.path, 'var/lib/nfs/state'), Buffer.from([7, 0, 0, 0]));
  t.match(await found(root, code), { verdict: 'ok' });
  writeFileSync(join(root.path, 'var/lib/nfs/state'), Buffer.from([9, 0, 0, 0]));
  t.match(await found(root, code), {
    verdict: 'warning',
    evidence: "nsm_local_state is 7, and this node's own status monitor has number 9",
  });
  t.match(await found(root, code, { statdDir: '/srv/none' }), { verdict: 'ok' }, 'no directory');
});
