import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { built, RIGHT, Sandbox, SHARE } from './sandbox.ts';

// The statd callout as it is installed, run by the real rpc.statd for the real keepers of two services. They capture
// once per monitor, and nobody calls that here: what is in a store after an answer of rpc.statd was there before it.

const CALLER = fileURLToPath(new URL('../bench/callout/caller.js', import.meta.url));
const SERVICES = ['a', 'b'];
/** rpc.statd's user, who has no other process on this machine, in whatever container. */
const USER = 100_000 + process.pid;
/** As rpc.statd runs the callout: its user, no capability, and here not even another process beside rpc.statd. */
const AS_STATD = `/usr/bin/prlimit --nproc=1 /usr/bin/setpriv --reuid ${USER} --regid ${USER} --clear-groups \
--bounding-set=-all --inh-caps=-all -- ${SHARE}/statd-callout`;

const dist = built(t);

async function node(t: Test, { option = `-H ${SHARE}/statd-callout`, before = ':' } = {}) {
  const sandbox = await Sandbox.create(t, dist);
  const sh = async (script: string) => {
    const { code, stdout, stderr } = await sandbox.sh(script);
    if (code !== 0) throw new Error(`${script}: ${code} ${stdout} ${stderr}`);
    return stdout;
  };
  const statd = `rpc.statd -L -p 32765 -o 32766 ${option}`;
  await sh(`mount -t tmpfs -o mode=755 tmpfs /etc/nfs.conf.d; chown ${USER} /var/lib/nfs/sm*; ${before}`);
  await sh(
    `: >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf; mkdir /run/rpcbind; rpcbind -w; ${statd}`,
  );
  for (const name of SERVICES) {
    const env = {
      ...RIGHT,
      OCF_RESOURCE_INSTANCE: name,
      OCF_RESKEY_shared_dir: `/srv/${name}`,
      OCF_RESKEY_capture: 'monitor',
      OCF_RESKEY_lock_manager: 'ganesha',
    };
    t.match(await sandbox.agent('start', env), { code: 0 }, `service ${name} is started`);
  }
  return {
    ...{ sandbox, sh },
    /** Has rpc.statd monitor clients, one after another. @returns how many milliseconds each answer took. */
    monitor: async (...names: string[]) => {
      const took = await sh(`printf '%s\\n' ${names.join(' ')} | ${process.execPath} ${CALLER}`);
      return took.trim().split('\n').slice(1).map(Number);
    },
    clients: async (service: string) =>
      [
        ...new Set(
          await sh(`grep -ho '"monName":"[^"]*"' /srv/${service}/*.journal || :`).then((text) =>
            text.split('\n'),
          ),
        ),
      ]
        .map((line) => line.split('"')[3] ?? '')
        .filter((name) => name !== '')
        .sort(),
    signal: (service: string, name: string) =>
      sh(`kill -${name} "$(cat /run/lockferry/services/${service}/keeper.pid)"`),
    file: (service: string, name: string) => sh(`cat /run/lockferry/callout/${service}/${name}`),
  };
}

type Node = Awaited<ReturnType<typeof node>>;

async function until(what: string, met: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await met())) if (Date.now() > end) throw new Error(`still not: ${what}`);
}

const healed = (one: Node, service: string) =>
  until(
    'the spool is worked off',
    async () => (await one.file(service, 'spool')) === '' && (await one.file(service, 'armed')) !== '',
  );

t.test('a client is in the store of every service before rpc.statd answers', async (t) => {
  const one = await node(t);
  await one.monitor('10.0.0.1');
  for (const service of SERVICES) t.same(await one.clients(service), ['10.0.0.1']);
  const names = Array.from({ length: 200 }, (_, index) => `10.0.1.${index}`);
  const took = await one.monitor(...names);
  for (const service of SERVICES) {
    t.same(await one.clients(service), ['10.0.0.1', ...names].sort());
    t.equal(await one.file(service, 'spool'), '', 'each was waited for');
  }
  t.ok(
    took.every((ms) => ms < 450),
    `no call ran out of time: ${Math.max(...took)} ms`,
  );
});

t.test('rpc.statd is kept waiting for as long as a keeper takes, up to half a second', async (t) => {
  const one = await node(t);
  await one.monitor('10.0.0.1');
  await one.signal('a', 'STOP');
  const pid = await one.sh('cat /run/lockferry/services/a/keeper.pid');
  const goesOn = one.sh(`until pgrep -x statd-callout; do sleep 0.01; done; sleep 0.2; kill -CONT ${pid}`);
  const [took = 0] = await one.monitor('10.0.0.2');
  await goesOn;
  t.ok(took > 190 && took < 450, `${took} ms`);
  t.same(await one.clients('a'), ['10.0.0.1', '10.0.0.2']);
  t.equal(await one.file('a', 'spool'), '');
});

t.test('an answer that is late for somebody before is not taken for ours', async (t) => {
  const one = await node(t);
  await one.signal('a', 'STOP');
  const pid = await one.sh('cat /run/lockferry/services/a/keeper.pid');
  const answered = one.sh(
    `until asking=$(pgrep -x statd-callout); do sleep 0.01; done
    echo "$asking-099999 durable" >/run/lockferry/callout/a/answer; sleep 0.1; kill -CONT ${pid}`,
  );
  const [took = 0] = await one.monitor('10.0.0.1');
  await answered;
  t.ok(took > 90 && took < 450, `${took} ms`);
  t.same(await one.clients('a'), ['10.0.0.1']);
  t.equal(await one.file('a', 'spool'), '', 'its own was the next');
});

t.test('without it, the client is not there: the control', async (t) => {
  const one = await node(t, { option: '' });
  await one.monitor('10.0.0.1');
  for (const service of SERVICES) t.same(await one.clients(service), []);
});

t.test('lockferry setup callout has rpc.statd run it', async (t) => {
  const one = await node(t, { option: '', before: 'lockferry setup callout --yes' });
  t.equal(await one.sh('nfsconf --get statd ha-callout'), `${SHARE}/statd-callout\n`);
  await one.monitor('10.0.0.1');
  for (const service of SERVICES) t.same(await one.clients(service), ['10.0.0.1']);
  t.match(await one.sh('lockferry setup callout'), 'It is set up already');
  t.match(await one.sh('lockferry setup callout --undo --yes'), 'Taken back. ');
  t.match(await one.sandbox.sh('nfsconf --get statd ha-callout'), { code: 1, stdout: '' });
  t.equal(await one.sh('ls -A /etc/nfs.conf.d'), '');
});

t.test('a keeper that hangs costs half a second once; it catches up, and is waited for again', async (t) => {
  const one = await node(t);
  await one.monitor('10.0.0.1');
  await one.signal('a', 'STOP');
  const [first = 0, second = 0] = await one.monitor('10.0.0.2', '10.0.0.3');
  t.ok(first > 400 && first < 700, `first: ${first} ms`);
  t.ok(second < 400, `second: ${second} ms`);
  t.same(await one.clients('a'), ['10.0.0.1']);
  t.same(
    await one.clients('b'),
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    'the other one was asked all the time',
  );
  t.match(
    await one.file('a', 'spool'),
    /^\d+-\d+ add-client 10\.0\.0\.2 n1\n\d+-\d+ add-client 10\.0\.0\.3 n1\n$/,
  );
  t.equal(await one.file('a', 'armed'), '');
  await one.signal('a', 'CONT');
  await healed(one, 'a');
  t.same(await one.clients('a'), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  t.match(
    await one.sh('cat /run/lockferry/services/a/events.jsonl'),
    /"event":"callout-resumed","clients":2\b/,
  );
  const [again = 1000] = await one.monitor('10.0.0.4');
  t.ok(again < 400, `again: ${again} ms`);
  t.ok((await one.clients('a')).includes('10.0.0.4'));
});

t.test(
  'a keeper that was killed is not waited for twice, and the next one finds what it missed',
  async (t) => {
    const one = await node(t);
    await one.signal('a', 'KILL');
    await one.monitor('10.0.0.2', '10.0.0.3');
    t.same(await one.clients('a'), []);
    const env = {
      ...RIGHT,
      OCF_RESOURCE_INSTANCE: 'a',
      OCF_RESKEY_shared_dir: '/srv/a',
      OCF_RESKEY_lock_manager: 'ganesha',
    };
    t.match(await one.sandbox.agent('monitor', env), { code: 0 });
    await healed(one, 'a');
    t.same(await one.clients('a'), ['10.0.0.2', '10.0.0.3']);
    await one.sandbox.agent('stop', env);
    t.equal(await one.sh('ls /run/lockferry/callout'), 'b\n', 'a service that is stopped is asked no more');
    const [took = 1000] = await one.monitor('10.0.0.4');
    t.ok(took < 400, `${took} ms`);
  },
);

t.test('no process is started, and names of strangers are only names', async (t) => {
  const one = await node(t);
  const env = `BASH_ENV=/run/evil PATH=/run "BASH_FUNC_read%%=() { echo >/tmp/pwned; }"`;
  await one.sh(`echo 'echo >/tmp/pwned' >/run/evil; chmod 777 /run`);
  const record = '0100007f 000186b5 00000004 00000010 000102030405060708090a0b0c0d0e0f';
  await one.sh(`echo '${record} host$(x) n1' >'/var/lib/nfs/sm/host$(x)'`);
  const names = [
    '$(touch /tmp/pwned)',
    '`touch /tmp/pwned`',
    '../../etc/passwd',
    'a;b',
    'a\nb',
    '*',
    '-e',
    '',
    'x'.repeat(1025),
    'é',
  ];
  for (const name of names) {
    const quoted = `'${name}'`;
    const { code, stdout, stderr } = await one.sandbox.sh(
      `/usr/bin/env ${env} ${AS_STATD} add-client ${quoted} n1`,
    );
    t.same({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' }, name.slice(0, 20));
  }
  t.match(await one.sandbox.sh('ls /tmp/pwned'), { code: 2 });
  for (const service of SERVICES) {
    t.equal(await one.file(service, 'spool'), '', 'each was answered');
    t.same(await one.clients(service), ['-e', 'host$(x)'], 'the keeper has looked at all that statd wrote');
  }
  t.match(await one.sandbox.sh(`${AS_STATD} add-client`), { code: 0 });
});

t.test('other events do nothing, with any arguments', async (t) => {
  const one = await node(t);
  for (const service of SERVICES) await one.signal(service, 'STOP');
  const begun = Date.now();
  for (const words of [
    'del-client 10.0.0.1 n1',
    "sm-notify '$(x)' 192.0.2.1 7",
    'sm-notify a 192.0.2.1',
    '',
  ]) {
    t.match(await one.sandbox.sh(`${AS_STATD} ${words}`), { code: 0, stdout: '', stderr: '' });
  }
  t.ok(Date.now() - begun < 2000);
  for (const service of SERVICES) t.equal(await one.file(service, 'spool'), '');
});

t.test('whatever its directory looks like, it ends in time', async (t) => {
  const one = await node(t);
  const callout = '/run/lockferry/callout';
  const spoilt = [
    `rm ${callout}/a/request`,
    `echo >${callout}/a/request`,
    `rm ${callout}/a/answer`,
    `rm ${callout}/a/spool`,
    `rm -r ${callout}/a; mkdir -m 755 ${callout}/a`,
    `rm -r ${callout}/a; echo >${callout}/a`,
    `chmod 700 ${callout}`,
    `rm -r ${callout}`,
  ];
  await one.signal('a', 'STOP');
  for (const spoil of spoilt) {
    await one.sh(spoil);
    const begun = Date.now();
    t.match(
      await one.sandbox.sh(`${AS_STATD} add-client 10.0.0.9 n1`),
      { code: 0, stdout: '', stderr: '' },
      spoil,
    );
    t.ok(Date.now() - begun < 1000, `${Date.now() - begun} ms`);
  }
});

t.test(
  'an answer to somebody else is passed over, and a suspension that cannot be noted not risked',
  async (t) => {
    const one = await node(t);
    const callout = '/run/lockferry/callout/a';
    await one.signal('a', 'STOP');
    const timed = (script: string) => {
      const begun = Date.now();
      return one.sh(script).then(() => Date.now() - begun);
    };
    const stale = `exec 7<>${callout}/answer; printf '1-1 durable\\n1-2 durable\\nrubbish\\n\\n' >&7; ${AS_STATD} add-client 10.0.0.1 n1`;
    t.ok((await timed(stale)) > 400, 'it has waited for its own');
    t.match(await one.file('a', 'spool'), /10\.0\.0\.1/);
    await one.sh(`echo yes >${callout}/armed; chown 0 ${callout}/armed`);
    t.ok((await timed(`${AS_STATD} add-client 10.0.0.2 n1`)) < 400);
    t.match(await one.file('a', 'spool'), /10\.0\.0\.2/);
  },
);
