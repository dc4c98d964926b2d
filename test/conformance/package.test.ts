import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { VERSION } from '../../lib/version.ts';
import { AGENT, built, Sandbox } from './sandbox.ts';

const dist = built(t);
const NEXT = '99.0.0';
const tester = ['ocf-tester', '-n', 'tested', '-o', 'shared_dir=/srv/tested', '-o', 'ip=192.0.2.1', AGENT];
/** A node on which packages can be installed, without network, and on which Lockferry is not. */
async function bareNode(t: Test): Promise<Sandbox> {
  const node = await Sandbox.create(t, dist);
  const { code, stderr } = await node.sh(`${resolve('scripts/install')} --remove && mkdir /srv/rpm`);
  if (code !== 0) throw new Error(stderr);
  return node;
}

/** Makes both packages of what lies in this directory. */
function packagesOf(from: string, out: string): { deb: string; rpm: string } {
  execFileSync('scripts/package', ['--from', from, '--out', out], { stdio: ['ignore', 'ignore', 'inherit'] });
  const named = (end: string) => join(out, readdirSync(out).find((name) => name.endsWith(end)) ?? 'none');
  return { deb: named('.deb'), rpm: named('.rpm') };
}

/** Copies what was built, as the next version. */
function nextVersion(next: string): string {
  cpSync(dist, next, { recursive: true });
  for (const name of readdirSync(next).filter((file) => file.endsWith('.cjs'))) {
    const text = readFileSync(join(next, name), 'utf8');
    writeFileSync(join(next, name), text.replaceAll(`VERSION = "${VERSION}"`, `VERSION = "${NEXT}"`));
  }
  return next;
}

const MANAGERS = {
  deb: {
    install: (file: string) => `dpkg --install --no-triggers ${file}`,
    remove: 'dpkg --purge --no-triggers lockferry',
    list: 'dpkg -L lockferry',
  },
  rpm: {
    // Debian's Node.js is unknown to rpm's own list of packages.
    install: (file: string) => `rpm --dbpath /srv/rpm --nodeps --upgrade ${file}`,
    remove: 'rpm --dbpath /srv/rpm --erase lockferry',
    list: 'rpm --dbpath /srv/rpm -ql lockferry',
  },
} as const;

for (const kind of ['deb', 'rpm'] as const) {
  t.test(`the ${kind} installs, is used, is upgraded under a running service, and goes`, async (t) => {
    const manager = MANAGERS[kind];
    const node = await bareNode(t);
    const ok = async (script: string) => {
      const answer = await node.sh(script);
      t.equal(answer.code, 0, `${script}: ${answer.stderr}`);
      return answer.stdout;
    };
    const place = t.testdir({});
    const now = packagesOf(dist, join(place, 'now'))[kind];
    const next = packagesOf(nextVersion(join(place, 'built')), join(place, 'next'))[kind];

    t.match(await node.agent('monitor'), { code: 127 }, 'it is not there before');
    await ok(manager.install(now));
    for (const file of (await ok(manager.list)).trim().split('\n')) {
      t.equal((await node.sh(`test -e '${file}' && ! test -k '${file}'`)).code, 0, file);
    }
    t.equal((await ok('lockferry --version')).trim(), VERSION);
    await ok(
      'cd /usr/share/doc/lockferry && for link in $(grep -o "(docs/[^)#]*)" README.md | tr -d "()"); do test -f $link || exit 1; done',
    );
    const tested = await node.run(tester);
    t.match(tested, { code: 0, stdout: /passed all tests/ });

    t.match(await node.agent('start'), { code: 0 });
    const pid = async () => (await ok('cat /run/lockferry/services/locks/keeper.pid')).trim();
    const before = await pid();
    const linked = '/etc/systemd/system/rpc-statd-notify.service';
    const settings = `cat /etc/nfs.conf.d/lockferry.conf && readlink ${linked}`;
    await ok('lockferry setup --yes');
    const setUp = await ok(settings);
    await ok(manager.install(next));
    t.equal(await ok(settings), setUp, "an upgrade keeps the node's set-up");
    t.equal(await pid(), before, 'the keeper goes on with what it has loaded');
    t.match(await node.agent('monitor'), { code: 0 });
    t.not(await pid(), before, 'until a monitor puts the new one in its place');
    t.match(await ok('lockferry status --json'), `"version":"${NEXT}"`);

    const removed = await node.sh(manager.remove);
    t.match(removed, { code: 0, stderr: /services\/locks\/service\.json: this service is started; without/ });
    t.equal(
      (await ok(`kill -0 ${await pid()} && echo lives`)).trim(),
      'lives',
      'a service that runs goes on',
    );
    await ok(`kill -KILL ${await pid()}; rm -r /run/lockferry`);
    t.match(
      await node.sh(`test -e ${linked} || test -L ${linked}`),
      { code: 1 },
      'no unit is masked any more',
    );
    t.equal(await ok("find /etc /usr /run /var/lib -name '*lockferry*'"), '', 'nothing is left');
    t.match(await node.agent('monitor'), { code: 127 });
  });
}

/** How packages of Node.js are known: epoch, version, the interpreter's place; and whether Lockferry runs with it. */
const NODES = [
  ['rhel', '1', '16.20.2', '/usr/bin/node', false],
  ['rhel-stream', '1', '18.20.8', '/usr/bin/node', true],
  ['nodesource-old', '2', '18.19.1', '/usr/bin/node', false],
  ['nodesource', '2', '22.23.2', '/usr/bin/node', true],
  ['opensuse', '0', '20.19.2', '/usr/bin/node', true],
  ['fedora-second', '1', '24.18.0', '/usr/bin/node-24', false],
] as const;

t.test('the rpm wants a Node.js that it runs with, whoever made that', (t) => {
  const place = t.testdir({});
  const { rpm } = packagesOf(dist, join(place, 'made'));
  const node = ([name, epoch, version, path]: (typeof NODES)[number]) => `
%package -n ${name}
Summary: Node.js
Epoch: ${epoch}
Version: ${version}
Provides: nodejs = ${epoch}:${version}
Provides: nodejs(engine) = ${version}
Provides: ${path}
%description -n ${name}
%files -n ${name}
`;
  const spec = `Name: system
Version: 1
Release: 1
Summary: What Lockferry needs beside Node.js
License: MIT
BuildArch: noarch
Provides: bash
Provides: coreutils
Provides: /bin/sh
%description
%files
`;
  writeFileSync(join(place, 'system.spec'), [spec, ...NODES.map(node)].join(''));
  execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${place}`, join(place, 'system.spec')], {
    stdio: 'pipe',
  });
  for (const known of NODES) {
    const [name, , version, , fit] = known;
    const files = ['system-1', `${name}-${version}`].map((of) =>
      join(place, `RPMS/noarch/${of}-1.noarch.rpm`),
    );
    const words = ['--dbpath', join(place, 'db'), '--test', '--install', ...files, rpm];
    const { status, stderr } = spawnSync('rpm', words, { encoding: 'utf8' });
    t.equal(status === 0, fit, `${name} ${version}: ${stderr}`);
  }
  t.end();
});

t.test('the manual pages are sound, and say what the command and the meta-data say', async (t) => {
  const page = (name: string) => {
    execFileSync('mandoc', ['-T', 'lint', '-W', 'error', join(dist, name)], { stdio: 'pipe' });
    // On paper a bold letter is struck twice.
    const twice = new RegExp(`.${String.fromCharCode(8)}`, 'g');
    const text = execFileSync('mandoc', ['-T', 'ascii', join(dist, name)], { encoding: 'latin1' });
    return text.replace(twice, '').replace(/\s+/g, ' ');
  };
  const xml = readFileSync(join(dist, 'nfslock.xml'), 'utf8');
  const agent = page('ocf_lockferry_nfslock.7');
  for (const [, name] of xml.matchAll(/<parameter name="(\w+)"/g)) t.match(agent, ` ${name} `);
  for (const [, name] of xml.matchAll(/<action name="([\w-]+)"/g)) t.match(agent, ` ${name} `);
  t.match(page('lockferry.8'), 'lockferry status [--shared-dir DIR] [OPTION]');
});

t.test('bash completes commands and options', async (t) => {
  const node = await Sandbox.create(t, dist);
  const complete = async (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const script = `. /usr/share/bash-completion/completions/lockferry
      COMP_WORDS=(lockferry ${list}); COMP_CWORD=${words.length}; compopt() { :; }
      _lockferry; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await node.run(['/bin/bash', '-c', script])).stdout.trim().split('\n');
  };
  t.same(await complete('stat'), ['status']);
  t.same(await complete('status', '--j'), ['--json']);
});
