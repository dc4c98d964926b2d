import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { askKeeper } from '../../lib/keeper/index.ts';
import { claimEpoch, readStore, type StoredFile } from '../../lib/store/index.ts';
import { built, RIGHT, Sandbox } from '../conformance/sandbox.ts';
import { lineOf } from '../lib/capture/sm-directory.ts';
import { fileOf, HOLDER, recordOf } from '../lib/store/arbitraries.ts';

const RUN = 'run/lockferry/services/locks';
/** What a shell would make if it ever saw one of the names. */
const TRAP = '/run/trap';
const PARAMETERS = { ...RIGHT, OCF_RESKEY_lock_manager: 'ganesha' };

async function stage(t: Test) {
  const sandbox = await Sandbox.create(t, built(t), ['--node', process.execPath]);
  const at = (path: string) => join(sandbox.root, path);
  const report = () => askKeeper(at(`${RUN}/keeper.sock`), 'report', Date.now() + 5000);
  const agent = async (action: string) => {
    const { code, stderr } = await sandbox.agent(action, PARAMETERS);
    t.equal(code, 0, `${action} ${stderr}`);
  };
  return { sandbox, at, report, agent, stored: () => readStore(at('srv/locks')) };
}

async function until(what: string, met: () => Promise<boolean>, seconds = 20, every = 20): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await met())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(every);
  }
}

/** Names that somebody may have chosen with a shell, a terminal or a path in mind, by their bytes. */
const NAMES: readonly (readonly [name: string, shown: string])[] = [
  ['new\nline', 'new\\nline'],
  [`$(touch\${IFS}${TRAP.replaceAll('/', '')})`, `$(touch\${IFS}runtrap)`],
  [`\`touch trap\``, `\`touch trap\``],
  ['up\\..\\etc', 'up\\\\..\\\\etc'],
  ['right\u202eleft', 'right\\xe2\\x80\\xaeleft'],
  ['\x1b[2J\x07', '\\x1b[2J\\x07'],
  ['-rf', '-rf'],
  ['%s%n%x', '%s%n%x'],
  ['a;reboot', 'a;reboot'],
  ['\'quoted"', '\'quoted"'],
  ['half.new', 'half.new'],
  ['x'.repeat(255), 'x'.repeat(125)],
];

t.test(
  'what is hostile in sm/ is named, neither followed nor executed, and its neighbours go on',
  async (t) => {
    const { sandbox, at, report, agent, stored } = await stage(t);
    const sm = (name: string) => at(`var/lib/nfs/sm/${name}`);
    writeFileSync(sm('before'), lineOf('before'));
    await agent('start');
    writeFileSync(at('srv/elsewhere'), lineOf('through-a-link'));
    for (const [name] of NAMES) writeFileSync(sm(name), 'rubbish\n');
    writeFileSync(sm('binary'), randomBytes(4096));
    writeFileSync(sm('long'), `${'a'.repeat(1024 * 1024 - 1)}\n`);
    writeFileSync(sm('too-long'), `${'a'.repeat(1024 * 1024)}\n`);
    writeFileSync(sm('empty'), '');
    symlinkSync('/srv/elsewhere', sm('link'));
    symlinkSync('/nowhere', sm('dangling'));
    mkdirSync(sm('directory'));
    execFileSync('mkfifo', [sm('fifo')]);
    execFileSync('mknod', [sm('device'), 'c', '1', '5']);
    // Names in a record that is well-formed, too.
    writeFileSync(sm('climber'), lineOf('../../../run/trap'));
    writeFileSync(sm('shell'), lineOf(`$(touch\${IFS}${TRAP})`));
    writeFileSync(sm('after'), lineOf('after'));

    const others = ['binary', 'long', 'too-long', 'empty', 'link', 'dangling', 'directory', 'fifo', 'device'];
    const expected = [...NAMES.map(([, shown]) => shown), ...others];
    const unnamed = async () => {
      const { problems } = await report();
      return expected.filter((shown) => !problems.some((one) => one.startsWith(shown)));
    };
    await until('all that is hostile is named', async () => (await unnamed()).length === 0).catch(
      () => undefined,
    );
    t.same(await unnamed(), [], 'all that is hostile is named');
    const said = await report();
    const { problems } = said;
    t.match(
      problems.find((one) => one.startsWith('link')),
      'link: is a symbolic link',
    );
    t.match(
      problems.find((one) => one.startsWith('fifo')),
      'fifo: is a FIFO',
    );
    t.ok(
      problems.every((one) => /^[\x20-\x7e]*$/.test(one)),
      'fit for a terminal',
    );
    t.equal(said.verdict.state, 'ok', 'it is no reason to stop');
    t.same([...(await stored()).current.keys()].sort(), ['after', 'before', 'climber', 'shell']);
    const status = await sandbox.run(['/usr/sbin/lockferry', 'status']);
    t.match(
      status.stdout,
      /^[\x20-\x7e\n\u2500-\u257f\u00b7\u2013\u2014\u2026]*$/,
      'so is what the command prints',
    );
    t.notOk(existsSync(at(TRAP)), 'nothing was executed');
    await agent('monitor');
    await agent('stop');

    // Another node, or damage, leaves names in the store that are none: they must not become paths here.
    const hostile = ['../../../../../../run/trap', '', '.hidden', 'a\0b', '/run/trap', 'y'.repeat(300)];
    const files: StoredFile[] = hostile.map((name) => ({
      ...fileOf('evil'),
      name,
      records: [recordOf('evil')],
    }));
    const claim = await claimEpoch({
      dir: at('srv/locks'),
      service: 'locks',
      holder: { ...HOLDER, node: 'other' },
    });
    const base = {
      current: [...(claim.former?.current.values() ?? []), ...files],
      inherited: [],
      ledger: [],
    };
    await (await claim.establish({ ...base, stateNumber: 7 })).close();
    await agent('start');
    const conveyed = readdirSync(at(`${RUN}/statd/sm`)).sort();
    t.same(conveyed, ['after', 'before', 'climber', 'shell'], 'the neighbours are conveyed');
    const events = readFileSync(at(`${RUN}/events.jsonl`), 'utf8');
    for (const shown of ['../../../../../../run/trap', '.hidden', 'a\\\\x00b', '/run/trap', 'yyy']) {
      t.match(events, `"file":"${shown}`, `${shown} is set aside by name`);
    }
    t.notOk(existsSync(at(TRAP)), 'nothing was made elsewhere');
    await agent('stop');
  },
);

t.test('a hundred thousand clients, and one that is hostile', async (t) => {
  const { at, report, agent, stored } = await stage(t);
  const many = 100_000;
  for (let index = 0; index < many; index++) {
    writeFileSync(at(`var/lib/nfs/sm/c${index}`), lineOf(`c${index}`));
  }
  writeFileSync(at('var/lib/nfs/sm/bad'), 'rubbish\n');
  const began = performance.now();
  await agent('start');
  t.comment(`start took ${Math.round(performance.now() - began)} ms`);
  await until('all are recorded', async () => (await report()).clients.recorded === many, 60, 500);
  writeFileSync(at('var/lib/nfs/sm/late'), lineOf('late'));
  const since = performance.now();
  await until('one more is recorded', async () => (await report()).clients.recorded === many + 1, 60, 500);
  t.comment(`one more took ${Math.round(performance.now() - since)} ms`);
  t.match((await report()).problems, [/^bad: /]);
  // The statd callout is not waited for before all that was there when its door opened is durable.
  await until('the keeper is content', async () => (await report()).verdict.state === 'ok', 60, 500);
  const asked = performance.now();
  await agent('monitor');
  t.ok(performance.now() - asked < 2000, `a monitor takes ${Math.round(performance.now() - asked)} ms`);
  await agent('stop');
  t.equal((await stored()).current.size, many + 1);
});
