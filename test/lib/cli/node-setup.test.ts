import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type NodeSetupOptions, nodeSetup } from '../../../lib/cli/node-setup.ts';
import { PARTS } from '../../../lib/cli/setup-file.ts';
import { terminal } from './reports.ts';

const DROP_IN = 'etc/nfs.conf.d/lockferry.conf';
const CALLOUT = '/usr/share/lockferry/statd-callout';

/** A node with the callout installed, and an nfsconf(8) that finds this. */
function node(t: Test, conf = '[statd]\n# ha-callout=\n', effective = CALLOUT) {
  const root = t.testdir({
    etc: { 'nfs.conf': conf },
    usr: { share: { lockferry: {} } },
    bin: {},
  });
  for (const program of [CALLOUT, '/bin/bash']) writeFileSync(join(root, program), '', { mode: 0o755 });
  const nfsconf = join(root, 'nfsconf');
  writeFileSync(nfsconf, `#!/bin/sh\n[ "$*" = "--get statd ha-callout" ] && echo "${effective}"\n`, {
    mode: 0o755,
  });
  const ran = async (words: Partial<NodeSetupOptions> = {}, reader = nfsconf) => {
    const { written, ...streams } = terminal();
    const parts = ['callout'] as const;
    const code = await nodeSetup(
      { parts, undo: false, yes: false, root, nfsconf: reader, ...words },
      streams,
    );
    return { code, out: written.out };
  };
  return { root, ran, dropIn: join(root, DROP_IN) };
}

t.test('it is shown first, done with --yes, and done once', async (t) => {
  const { ran, dropIn } = node(t);
  const shown = await ran();
  const head = /^--- \/dev\/null\n\+\+\+ \/etc\/nfs.conf.d\/lockferry.conf\n@@ -0,0 \+1,3 @@\n\+# Written/;
  t.match(shown, { code: 0, out: head });
  t.match(shown.out, `+[statd]\n+ha-callout=${CALLOUT}\n\nNothing is changed yet`);
  t.notOk(existsSync(dropIn));
  const done = await ran({ yes: true });
  t.match(done, {
    code: 0,
    out: /\n\nDone\. rpc\.statd reads this when it starts[\s\S]*systemctl restart rpc-statd/,
  });
  t.match(readFileSync(dropIn, 'utf8'), `\n[statd]\nha-callout=${CALLOUT}\n`);
  t.same(await ran({ yes: true }), { code: 0, out: `It is set up already, in /${DROP_IN}.\n` });
});

t.test('it is taken back in the same way', async (t) => {
  const { ran, dropIn } = node(t);
  t.same(await ran({ undo: true, yes: true }), { code: 0, out: 'It is not set up: nothing to undo.\n' });
  await ran({ yes: true });
  t.match(
    (await ran({ undo: true })).out,
    /^--- \/etc\/nfs.conf.d\/lockferry.conf\n\+\+\+ \/dev\/null\n@@ -1,3 \+0,0 @@\n-# Written/,
  );
  t.ok(existsSync(dropIn));
  t.match(await ran({ undo: true, yes: true }, '/nonexistent/nfsconf'), {
    code: 0,
    out: /\n\nTaken back\. rpc\.statd/,
  });
  t.notOk(existsSync(dropIn));
});

t.test('what somebody has put into our file is shown before it goes', async (t) => {
  const { ran, dropIn } = node(t);
  mkdirSync(join(dropIn, '..'));
  writeFileSync(dropIn, '[lockd]\nport=1\x1b\n');
  const { out } = await ran();
  t.match(out, /\n-\[lockd\]\n-port=1\\x1b\n\+# Written/);
});

t.test('another callout is not replaced', async (t) => {
  const { ran, dropIn } = node(t, '[statd]\nha-callout=/etc/ctdb/statd-callout\n');
  const refused = {
    code: 'bad-node',
    message: '/etc/nfs.conf has rpc.statd run /etc/ctdb/statd-callout: take that out first',
  };
  await t.rejects(ran({ yes: true }), refused);
  t.notOk(existsSync(dropIn));
  t.match(await ran({ undo: true }), { code: 0, out: /nothing to undo/ });
});

t.test('somebody has set ours up by hand', async (t) => {
  const { ran } = node(t, `[statd]\nha-callout=${CALLOUT}\n`);
  t.same(await ran({ yes: true }), { code: 0, out: 'It is set up already, in /etc/nfs.conf.\n' });
  t.match((await ran({ undo: true })).out, /^\/etc\/nfs\.conf sets it up, which is not ours to change/);
});

t.test('a callout that cannot run is not set up', async (t) => {
  const { ran, root } = node(t);
  const bash = join(root, 'bin/bash');
  chmodSync(bash, 0o644);
  await t.rejects(ran({ yes: true }), { code: 'not-installed', message: '/bin/bash is not installed' });
  rmSync(join(root, CALLOUT));
  await t.rejects(ran(), { code: 'not-installed', message: `${CALLOUT} is not installed` });
});

t.test('no link is followed', async (t) => {
  const { ran, dropIn, root } = node(t);
  mkdirSync(join(dropIn, '..'));
  symlinkSync(join(root, 'etc/nfs.conf'), dropIn);
  await t.rejects(ran({ yes: true }), { code: 'not-ours', message: /lockferry\.conf is no regular file$/ });
  await t.rejects(ran({ undo: true, yes: true }), { code: 'not-ours' });
  t.match(readFileSync(join(root, 'etc/nfs.conf'), 'utf8'), '# ha-callout=');
});

t.test('a set-up that nfs-utils does not see is said to be none', async (t) => {
  const { ran } = node(t, '', '');
  await t.rejects(ran({ yes: true }), {
    code: 'bad-node',
    message: /is written, but nfs-utils reads nothing for ha-callout$/,
  });
  const other = node(t, '', '/other');
  const ineffective = { message: /but nfs-utils reads \/other for ha-callout$/ };
  await t.rejects(other.ran({ yes: true }), ineffective);
  await t.rejects(other.ran({ yes: true }), ineffective, 'nor is that well because it is written already');
});

const LINK = 'etc/systemd/system/rpc-statd-notify.service';

/** One that also has systemd's unit, and tools that find what is written. */
function whole(t: Test) {
  const made = node(t, '');
  const { root } = made;
  const conf = join(root, DROP_IN);
  const unit = join(root, 'lib/systemd/system/rpc-statd-notify.service');
  mkdirSync(join(unit, '..'), { recursive: true });
  writeFileSync(unit, '[Unit]');
  const nfsconf = join(root, 'reader');
  writeFileSync(nfsconf, `#!/bin/sh\nsed -n "s/^$3=//p" ${conf} 2>/dev/null || true\n`, { mode: 0o755 });
  const systemctl = join(root, 'systemctl');
  writeFileSync(systemctl, `#!/bin/sh\necho "$*" >>${root}/systemctl.log\n`, { mode: 0o755 });
  const ran = (words: Partial<NodeSetupOptions> = {}) =>
    made.ran({ parts: PARTS, systemctl, ...words }, nfsconf);
  return { ...made, ran, link: join(root, LINK) };
}

t.test('everything: the callout, no sm-notify, and no end of grace', async (t) => {
  const { ran, dropIn, link, root } = whole(t);
  const shown = await ran();
  t.match(
    shown.out,
    /\+no-notify=1\n\+\[sm-notify\]\n\+lift-grace=n\n--- \/dev\/null\n\+\+\+ \/etc\/systemd\/.*\n@@ .*\n\+\/dev\/null\n/,
  );
  t.notOk(existsSync(dropIn));
  t.match(await ran({ yes: true }), { code: 0, out: /\n\nDone\. / });
  t.equal(readlinkSync(link), '/dev/null');
  t.notOk(existsSync(join(root, 'systemctl.log')), 'there is no systemd');
  t.match(await ran({ yes: true }), { out: /^It is set up already/ });
  t.match(await ran({ undo: true, yes: true }), { code: 0, out: /\n\nTaken back\. / });
  t.notOk(existsSync(dropIn));
  t.throws(() => readlinkSync(link), { code: 'ENOENT' });
});

t.test('systemd is told of a unit that is masked', async (t) => {
  const { ran, root } = whole(t);
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  await ran({ yes: true });
  t.equal(readFileSync(join(root, 'systemctl.log'), 'utf8'), 'daemon-reload\n');
});

t.test('one part goes, the others stay', async (t) => {
  const { ran, dropIn, link } = whole(t);
  await ran({ yes: true });
  t.match(await ran({ parts: ['callout'], undo: true, yes: true }), { out: /\n-ha-callout=/ });
  t.match(
    readFileSync(dropIn, 'utf8'),
    /^# Written .*\n# It has masked .*\n\[statd\]\nno-notify=1\n\[sm-notify\]\nlift-grace=n\n$/,
  );
  t.equal(readlinkSync(link), '/dev/null');
});

t.test('what others did stays theirs', async (t) => {
  const { ran, link, dropIn } = whole(t);
  mkdirSync(join(link, '..'), { recursive: true });
  symlinkSync('/dev/null', link);
  await ran({ yes: true });
  t.notMatch(readFileSync(dropIn, 'utf8'), /masked/);
  await ran({ undo: true, yes: true });
  t.equal(readlinkSync(link), '/dev/null', 'it was masked before');
  rmSync(link);
  writeFileSync(link, '[Unit]');
  await t.rejects(ran({ yes: true }), { code: 'not-ours', message: /rpc-statd-notify\.service is no link/ });
});

t.test('a link of ours that somebody has taken away is not missed', async (t) => {
  const { ran, link } = whole(t);
  await ran({ yes: true });
  rmSync(link);
  t.match(await ran({ undo: true, yes: true }), { code: 0, out: /^--- \/etc\/nfs/ });
});

t.test('a file that is read later and says otherwise is named by what nfs-utils reads', async (t) => {
  const { ran, root } = whole(t);
  writeFileSync(
    join(root, 'reader'),
    `#!/bin/sh\n[ "$3" = lift-grace ] && echo y || sed -n "s/^$3=//p" ${join(root, DROP_IN)}\n`,
    { mode: 0o755 },
  );
  await t.rejects(ran({ yes: true }), { message: /nfs-utils reads y for lift-grace$/ });
});
