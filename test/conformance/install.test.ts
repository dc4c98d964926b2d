import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { built, Sandbox } from './sandbox.ts';

const dist = built(t);

function install(root: string, ...options: string[]) {
  const command = spawnSync('scripts/install', ['--from', dist, ...options], {
    env: { PATH: '/usr/bin:/bin', DESTDIR: root },
    encoding: 'utf8',
  });
  return { code: command.status, stdout: command.stdout, stderr: command.stderr };
}

function files(root: string): string[] {
  return execFileSync('find', [root, '-not', '-type', 'd'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => relative(root, line))
    .sort();
}

function destination(t: Test): string {
  return t.testdir({ usr: { share: { other: 'stays' } } });
}

t.test('everything goes to its place under DESTDIR, and away again', async (t) => {
  const root = destination(t);
  t.match(install(root), {
    code: 0,
    stdout: /^lockferry is installed; it runs with \S+, Node\.js v[\d.]+\n$/,
    stderr: '',
  });
  const elsewhere: Readonly<Record<string, string>> = {
    'launcher.sh': 'usr/lib/ocf/resource.d/lockferry/nfslock',
    'lockferry.8': 'usr/share/man/man8/lockferry.8',
    'ocf_lockferry_nfslock.7': 'usr/share/man/man7/ocf_lockferry_nfslock.7',
    'lockferry.bash-completion': 'usr/share/bash-completion/completions/lockferry',
    'lockferry-nfslock.ocft': 'usr/share/resource-agents/ocft/configs/lockferry-nfslock',
  };
  const expected = [
    ...readdirSync(dist).map((name) => elsewhere[name] ?? `usr/share/lockferry/${name}`),
    ...['usr/share/other', 'usr/sbin/lockferry'],
  ];
  t.same(files(root), expected.sort());
  const agent = join(root, 'usr/lib/ocf/resource.d/lockferry/nfslock');
  t.equal(statSync(agent).mode & 0o777, 0o755);
  t.equal(statSync(join(root, 'usr/share/lockferry/nfslock.xml')).mode & 0o777, 0o644);
  t.equal(readlinkSync(join(root, 'usr/sbin/lockferry')), '../share/lockferry/lockferry.cjs');
  t.match(install(root), { code: 0 }, 'again, over it');
  t.same(install(root, '--remove'), { code: 0, stdout: '', stderr: '' });
  t.same(files(root), ['usr/share/other']);
  t.same(install(root, '--remove'), { code: 0, stdout: '', stderr: '' }, 'nothing left to remove');
});

t.test('the interpreter can be another one', async (t) => {
  const root = destination(t);
  t.match(install(root, '--node', '/opt/node-20/bin/node'), {
    code: 0,
    stdout: '',
    stderr: /no Node\.js at \/opt\/node-20\/bin\/node: install nodejs 18\.20 or newer/,
  });
  const text = readFileSync(join(root, 'usr/lib/ocf/resource.d/lockferry/nfslock'), 'utf8');
  t.match(text, /^interpreters='\/opt\/node-20\/bin\/node'$/m);
  t.match(
    readFileSync(join(root, 'usr/share/lockferry/nfslock.cjs'), 'utf8'),
    /^#!\/opt\/node-20\/bin\/node\n/,
  );
});

t.test('what cannot be done is said', async (t) => {
  const root = destination(t);
  for (const node of ['node', '/opt/x|y', "/opt/'x", '/opt/a b']) {
    t.match(install(root, '--node', node), { code: 1, stderr: /^install: --node: / }, node);
  }
  t.match(install(root, '--bogus'), { code: 2, stderr: /scripts\/install \[--node PROGRAM\]/ });
  t.match(install(root, '--help'), { code: 0, stdout: /DESTDIR/ });
  t.match(install(root, '--from', '/nonexistent'), { code: 1, stderr: /npm run build/ });
  t.same(files(root), ['usr/share/other'], 'and nothing is half installed');
});

const DROP_IN = '/etc/nfs.conf.d/lockferry.conf';
const UNIT = '/etc/systemd/system/rpc-statd-notify.service';

/** A node with Lockferry as `scripts/install` leaves it, and what tells of it, of its set-up, and of others' settings. */
async function installedNode(t: Test) {
  const node = await Sandbox.create(t, dist, ['--node', process.execPath]);
  const sh = async (script: string) => {
    const { code, stdout, stderr } = await node.sh(script);
    if (code !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  };
  const remove = () => node.sh(`${resolve('scripts/install')} --remove`);
  // /etc is an overlay: that a link has gone is known by the directory, not by what lies below.
  const left = () => sh(`ls -d /usr/share/lockferry /usr/sbin/lockferry ${DROP_IN} ${UNIT} 2>/dev/null || :`);
  return { sh, remove, left, others: () => sh('cat /etc/nfs.conf.d/node.conf') };
}

t.test('what lockferry setup did to the machine is taken back by --remove', async (t) => {
  const { sh, remove, left, others } = await installedNode(t);
  const before = await others();
  await sh('lockferry setup --yes');
  t.match(await left(), `${DROP_IN}\n${UNIT}\n`);
  t.match(await remove(), { code: 0, stdout: /lockferry\.conf/, stderr: '' });
  t.equal(await left(), '');
  t.equal(await others(), before, 'what others have set stays');
  t.same(await remove(), { code: 0, stdout: '', stderr: '' }, 'nothing left to take back');
});

t.test('a unit that somebody else masked stays masked', async (t) => {
  const { sh, remove, left } = await installedNode(t);
  await sh(`ln -s /dev/null ${UNIT} && lockferry setup --yes`);
  t.match(await remove(), { code: 0, stderr: '' });
  t.equal(await left(), `${UNIT}\n`);
});

t.test('where the command cannot take it back, --remove says what is left to do', async (t) => {
  const { sh, remove, left } = await installedNode(t);
  await sh("lockferry setup --yes && printf '#!/bin/sh\\nexit 1\\n' >/usr/share/lockferry/lockferry.cjs");
  t.match(await remove(), {
    code: 0,
    stderr: `install: take ${DROP_IN} away, unmask rpc-statd-notify, and restart rpc-statd\n`,
  });
  t.equal(await left(), `${DROP_IN}\n${UNIT}\n`);
});
