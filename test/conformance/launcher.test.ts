import t, { type Test } from 'tap';
import { AGENT, builtWithFakeKeeper, RIGHT, Sandbox, SHARE } from './sandbox.ts';

t.setTimeout(180_000);
const dist = builtWithFakeKeeper(t);
const KEEPER = '/run/lockferry/services/locks';
const SILENT = { stdout: '', stderr: '' };

/** A node on which the service runs; its keeper's pid. */
async function started(t: Test, install: string[] = []) {
  const node = await Sandbox.create(t, dist, install);
  t.same(await node.agent('start'), { code: 0, ...SILENT }, 'start');
  const pid = (await node.sh(`cat ${KEEPER}/keeper.pid`)).stdout.trim();
  const keeperLives = async () => (await node.sh(`grep -q keeper /proc/${pid}/cmdline`)).code === 0;
  t.ok(await keeperLives());
  return { node, pid, keeperLives };
}

/** start fails with a reason, monitor degraded, as the keeper goes on; stop is 0, says why, and leaves neither keeper nor run-time state. */
async function survives(t: Test, env: Record<string, string>, crash: RegExp, break_: string, answer = 1) {
  const { node, keeperLives } = await started(t);
  if (break_ !== '') t.match(await node.sh(break_), { code: 0 });
  const broken = { ...RIGHT, ...env };
  const reason = new RegExp(`(^|\n)ocf-exit-reason:${crash.source}\n$`);
  t.match(await node.agent('monitor', broken), { code: 190, stdout: '', stderr: reason }, 'monitor');
  const older = { ...broken, OCF_RA_VERSION_MINOR: '0' };
  t.match(await node.agent('monitor', older), { code: 0, stderr: reason }, 'to who knows no such code');
  t.match(await node.agent('start', broken), { code: answer, stdout: '', stderr: reason }, 'start');
  t.match(await node.agent('validate-all', broken), { code: answer, stderr: reason }, 'validate-all');
  t.match(await node.agent('migrate_to', broken), { code: 1, stdout: '', stderr: reason }, 'migrate_to');
  await node.sh(`mv ${KEEPER}/keeper.pid ${KEEPER}/away`);
  t.match(await node.agent('monitor', broken), { code: answer, stderr: reason }, 'no keeper');
  await node.sh(`mv ${KEEPER}/away ${KEEPER}/keeper.pid`);
  const stopped = await node.agent('stop', broken);
  t.match(stopped, { code: 0, stdout: '' }, 'stop');
  t.match(stopped.stderr, new RegExp(`(^|\n)WARNING: ${crash.source}\n$`));
  t.notOk(await keeperLives(), 'the keeper is gone');
  t.equal((await node.sh('ls -A /run/lockferry/services')).stdout, '');
  t.same(await node.agent('monitor', broken), { code: 7, ...SILENT }, 'stopped');
  t.same(await node.agent('stop', broken), { code: 0, ...SILENT }, 'stop again');
}

t.test('a healthy life', async (t) => {
  const { node, pid, keeperLives } = await started(t);
  t.same(await node.agent('start'), { code: 0, ...SILENT }, 'start again');
  t.equal((await node.sh(`cat ${KEEPER}/keeper.pid`)).stdout.trim(), pid, 'the keeper is still the same');
  for (const action of ['monitor', 'status'])
    t.same(await node.agent(action), { code: 0, ...SILENT }, action);
  t.same(await node.agent('reload-agent'), { code: 0, ...SILENT }, 'nothing has changed');
  t.equal((await node.sh(`cat ${KEEPER}/keeper.pid`)).stdout.trim(), pid, 'the keeper is still the same');
  const changed = { ...RIGHT, OCF_RESKEY_max_lag: '5' };
  t.same(await node.agent('reload-agent', changed), { code: 0, ...SILENT }, 'a parameter has');
  t.not((await node.sh(`cat ${KEEPER}/keeper.pid`)).stdout.trim(), pid, 'another keeper goes on');
  t.match((await node.sh(`cat ${KEEPER}/service.json`)).stdout, '"maxLag":5');
  t.match(await node.agent('reload-agent', { ...RIGHT, OCF_RESKEY_max_lag: 'x' }), {
    code: 1,
    stderr: 'ocf-exit-reason:parameter max_lag: found "x", wanted seconds, from 1 to 86400\n',
  });
  t.same(await node.agent('reload-agent'), { code: 0, ...SILENT }, 'and back');
  await node.sh(`echo degraded >${KEEPER}/says`);
  t.same(await node.agent('monitor'), {
    code: 190,
    stdout: '',
    stderr: 'ocf-exit-reason:the test says degraded\n',
  });
  t.match(
    await node.agent('monitor', { ...RIGHT, OCF_RA_VERSION_MINOR: '0' }),
    { code: 0, stderr: 'ocf-exit-reason:the test says degraded\n' },
    'to a caller of OCF 1.0 that is success, with the reason',
  );
  t.same(
    await node.agent('monitor', { ...RIGHT, OCF_RESKEY_CRM_meta_interval: '0' }),
    { code: 0, ...SILENT },
    'probe',
  );
  await node.sh(`echo failed >${KEEPER}/says`);
  t.match(await node.agent('monitor'), { code: 1, stderr: 'ocf-exit-reason:the test says failed\n' });
  await node.sh(`rm ${KEEPER}/says`);
  t.same(await node.agent('stop'), { code: 0, ...SILENT });
  t.notOk(await keeperLives());
  t.same(await node.agent('monitor'), { code: 7, ...SILENT });
  t.same(await node.agent('reload-agent'), { code: 7, ...SILENT });
});

/**
 * A node on which a recurring monitor has just found all well; the next one may be answered by the launcher. Node.js
 * says 65 from now on, which is 1: it was asked.
 */
async function known(t: Test) {
  const { node, pid } = await started(t);
  t.same(await node.agent('monitor'), { code: 0, ...SILENT }, 'the bundle answers');
  await node.sh("printf '#!/bin/sh\nexit 65\n' >/run/node; chmod +x /run/node");
  await node.sh('mount --bind /run/node /usr/bin/node');
  /** The keeper's word, so many seconds old, and then a monitor. */
  const monitor = async (env: Record<string, string> = {}, age = 0, action = 'monitor') => {
    const words = `read up _ </proc/uptime; echo $((\${up%.*} - ${age})) >${KEEPER}/verdict; exec ${AGENT} ${action}`;
    return node.sh(words, { ...RIGHT, ...env });
  };
  t.same(await monitor(), { code: 0, ...SILENT }, 'the launcher answers');
  return { node, pid, monitor };
}

t.test(
  'a monitor of a service that is well is answered without Node.js, and without any process',
  async (t) => {
    const { node, monitor } = await known(t);
    t.same(await monitor({}, 0, 'status'), { code: 0, ...SILENT });
    t.same(await monitor({ OCF_RESKEY_CRM_meta_interval: '10000', OCF_CHECK_LEVEL: '0' }), {
      code: 0,
      ...SILENT,
    });
    const up = `read -r up _ </proc/uptime; echo \${up%.*} >${KEEPER}/verdict`;
    const counted = await node.sh(`${up}; : & before=$!; ${AGENT} monitor; : & echo $(($! - before))`, RIGHT);
    t.same(counted, { code: 0, stdout: '2\n', stderr: '' }, 'the agent itself, and what counts');
  },
);

t.test(
  'a probe of a service that is started is answered without Node.js, whatever its keeper does',
  async (t) => {
    const { node, pid } = await known(t);
    await node.sh(`kill -STOP ${pid}; rm ${KEEPER}/verdict`);
    const probe = { ...RIGHT, OCF_RESKEY_CRM_meta_interval: '0' };
    t.same(await node.agent('monitor', probe), { code: 0, ...SILENT });
    t.same(await node.agent('monitor', { ...probe, OCF_RESKEY_ip: 'x' }), { code: 0, ...SILENT });
    t.match(await node.agent('monitor', { ...probe, OCF_RESKEY_CRM_meta_interval: '10000' }), { code: 1 });
  },
);

t.test('whenever it may be otherwise, the bundle is asked', async (t) => {
  const { node, pid, monitor } = await known(t);
  const asked = { code: 1 };
  t.match(await monitor({}, 4), asked, 'the word is old');
  t.match(await monitor({}, -5), asked, 'it is of another boot');
  t.match(await monitor({ OCF_CHECK_LEVEL: '10' }), asked, 'a deeper look is wanted');
  t.match(await monitor({ OCF_RESKEY_max_lag: '7' }), asked, 'a parameter is there');
  t.match(await monitor({ OCF_RESKEY_ip: '192.0.2.2' }), asked, 'one is another');
  t.match(await monitor({ OCF_RESKEY_ip: '192.0.2.1\nnames=' }), asked, 'one looks like two');
  t.match(await monitor({ OCF_RESKEY_ip: '' }), asked, 'one has gone');
  const spoilt = async (what: string, spoil: string, mend: string) => {
    await node.sh(spoil);
    t.match(await monitor(), asked, what);
    await node.sh(mend);
    t.match(await monitor(), { code: 0, ...SILENT }, `${what} no more`);
  };
  const save = (name: string) => `cp ${KEEPER}/${name} /run/saved`;
  const back = (name: string) => `mv /run/saved ${KEEPER}/${name}`;
  for (const [what, name, edit] of [
    ['another version was at work', 'agreed', 's/^[0-9.]* /0.0.1 /'],
    ['a process that started at another time', 'agreed', '1s/.$/&1/'],
    ['another keeper is in charge', 'keeper.pid', 's/.*/1/'],
    ['the note is damaged', 'agreed', '2s/^/$(exit)/'],
    ['the note is empty', 'agreed', 'd'],
    ['there is no number', 'keeper.pid', 's/.*/x/'],
  ] as const) {
    await spoilt(what, `${save(name)}; sed -i '${edit}' ${KEEPER}/${name}`, back(name));
  }
  for (const name of ['agreed', 'keeper.pid', 'keeper.sock']) {
    await spoilt(`${name} is not there`, `mv ${KEEPER}/${name} /run/saved`, back(name));
  }
  t.match(await node.sh(`rm ${KEEPER}/verdict; exec ${AGENT} monitor`, RIGHT), asked, 'no word');
  for (const word of ['', 'x', '-1', '1 2', '1$(exit)']) {
    t.match(await node.sh(`echo '${word}' >${KEEPER}/verdict; exec ${AGENT} monitor`, RIGHT), asked, word);
  }
  const ended = `read -r stat </proc/${pid}/stat && [ "\${stat#*) [ZX]}" = "$stat" ]`;
  await node.sh(`kill -KILL ${pid}; while ${ended}; do :; done 2>/run/null`);
  t.match(await monitor(), asked, 'the keeper was killed');
});

t.test('what Node.js reads from the environment does not reach it', async (t) => {
  const { node } = await started(t);
  const hostile = {
    ...RIGHT,
    NODE_OPTIONS: '--bad',
    NODE_EXTRA_CA_CERTS: '/nonexistent',
    NODE_V8_COVERAGE: '/run/coverage',
    NODE_OPTIONS_x: '\nNODE_PATH=/x',
    OPENSSL_CONF: '/nonexistent',
    PATH: '/nonexistent',
    LC_ALL: 'xx',
    ENV: '/nonexistent',
  };
  t.same(await node.agent('monitor', hostile), { code: 0, ...SILENT });
  t.same(await node.agent('validate-all', hostile), { code: 0, ...SILENT });
  t.same(await node.agent('stop', hostile), { code: 0, ...SILENT });
  t.match(await node.sh('ls /run/coverage'), { code: 2 });
});

t.test('it runs from a directory that is gone', async (t) => {
  const { node } = await started(t);
  const gone = 'mkdir /run/gone && cd /run/gone && rmdir /run/gone &&';
  t.match(await node.sh(`${gone} ${AGENT} monitor`, RIGHT), { code: 0, stdout: '' });
});

t.test('Node.js is missing', async (t) => {
  const crash = /no Node\.js at \/usr\/bin\/node \/usr\/bin\/nodejs; install nodejs/;
  await survives(t, {}, crash, 'mount --bind /dev/null /usr/bin/node', 5);
});

t.test('the interpreter that was given at installation is not there', async (t) => {
  const node = await Sandbox.create(t, dist, ['--node', '/opt/node']);
  t.same(await node.agent('start'), {
    code: 5,
    stdout: '',
    stderr: 'ocf-exit-reason:no Node.js at /opt/node; install nodejs\n',
  });
  t.same(await node.agent('monitor'), { code: 7, ...SILENT });
  t.same(await node.agent('stop'), { code: 0, ...SILENT });
  const migrating = { ...RIGHT, OCF_RESKEY_CRM_meta_migrate_target: 'n2' };
  t.same(
    await node.agent('migrate_to', migrating),
    { code: 7, ...SILENT },
    'nothing runs that could migrate',
  );
  t.match(await node.agent('migrate_from', migrating), { code: 5, stderr: /no Node\.js/ });
});

t.test('programs seem to be missing (OCF_TESTER_FAIL_HAVE_BINARY)', async (t) => {
  await survives(t, { OCF_TESTER_FAIL_HAVE_BINARY: '1' }, /no Node\.js at .*; install nodejs/, '', 5);
});

t.test('the interpreter is no program of this machine', async (t) => {
  const crash = /\/usr\/bin\/node cannot be run \(code 12[67]\); reinstall nodejs/;
  await survives(
    t,
    {},
    crash,
    'printf "\\177ELF\\002" >/run/node; chmod +x /run/node; mount --bind /run/node /usr/bin/node',
  );
});

for (const [what, damage] of [
  ['cut short', `head -c 5000 ${SHARE}/nfslock.cjs >/run/cut && cp /run/cut ${SHARE}/nfslock.cjs`],
  ['cut to nothing', `: >${SHARE}/nfslock.cjs`],
  ['cut after its last function', `sed -i '/^runAgent(/,$d; /^(0, .*runAgent)(/,$d' ${SHARE}/nfslock.cjs`],
  ['gone', `rm ${SHARE}/nfslock.cjs`],
] as const) {
  t.test(`the bundle is ${what}`, async (t) => {
    await survives(
      t,
      {},
      /Node\.js ended with code [01] in [a-z_-]+; see the log, or reinstall lockferry/,
      damage,
    );
  });
}

t.test("no exit code of Node.js's own, of a shell or of a signal is taken for an answer", async (t) => {
  const { node, keeperLives } = await started(t);
  await node.sh("printf '#!/bin/sh\\nexit $(cat /run/code)\\n' >/run/node; chmod +x /run/node");
  await node.sh('mount --bind /run/node /usr/bin/node');
  const wrong = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 63, 68, 72, 99, 126, 127, 129, 134, 137, 139, 143, 190, 255,
  ];
  for (const code of wrong) {
    await node.sh(`echo ${code} >/run/code`);
    const said = { start: 1, 'validate-all': 1, monitor: 190 };
    for (const [action, answer] of Object.entries(said)) {
      const result = await node.agent(action);
      t.match(result, { code: answer, stderr: /^ocf-exit-reason:[^\n]+\n$/ }, `${action} ${code}`);
    }
  }
  for (const [code, answer] of [
    [64, 0],
    [65, 1],
    [66, 2],
    [67, 3],
    [69, 5],
    [70, 6],
    [71, 7],
    [254, 190],
  ]) {
    await node.sh(`echo ${code} >/run/code`);
    t.match(await node.agent('monitor'), { code: answer, stderr: '' }, `${code} is ${answer}`);
  }
  t.ok(await keeperLives());
  await node.sh('echo 65 >/run/code');
  t.same(await node.agent('stop'), { code: 0, ...SILENT }, 'a stop that failed is finished');
  t.notOk(await keeperLives());
});

t.test('Node.js is killed by a signal', async (t) => {
  const { node } = await started(t);
  await node.sh(
    "printf '#!/bin/sh\\nkill -ABRT $$\\n' >/run/node; chmod +x /run/node; mount --bind /run/node /usr/bin/node",
  );
  t.match(await node.agent('monitor'), {
    code: 190,
    stderr: /ocf-exit-reason:Node\.js was killed by signal 6 in monitor; see the log\n$/,
  });
});

t.test('the reason takes the prefix that the caller asks for', async (t) => {
  const node = await Sandbox.create(t, dist, ['--node', '/opt/node']);
  t.match(await node.agent('start', { ...RIGHT, OCF_EXIT_REASON_PREFIX: 'why:' }), {
    stderr: /^why:no Node/,
  });
});

t.test('what is no action is 3, with usage on stderr', async (t) => {
  const node = await Sandbox.create(t, dist);
  for (const action of ['promote', 'notify', 'reload', '', 'START']) {
    t.match(await node.agent(action), { code: 3, stdout: '', stderr: /^usage: nfslock ACTION/ }, action);
  }
});
