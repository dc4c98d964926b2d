import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { Picture, RemovalJudge, settle, watchPicture } from '../../../lib/capture/index.ts';
import { ownerOf, statdDirectory } from '../../../lib/nsm/statd-directory.ts';
import { smDirectory, until } from './sm-directory.ts';

const ROOM = fileURLToPath(new URL('../../../../test/lib/capture/statd-room.sh', import.meta.url));
const MONITOR = fileURLToPath(new URL('./sm-mon.js', import.meta.url));
const COOKIE = '00112233445566778899aabbccddeeff';
/** SM_MON: STAT_SUCC, then the state number of the host. SM_UNMON: the number alone. */
const SUCCESS = { mon: /^00000000[0-9a-f]{8}$/, unmon: /^[0-9a-f]{8}$/ };
const STATD_OWNER = ownerOf(statdDirectory('/var/lib/nfs'));

/** statd's directory must be open to statd's user, which a test's own directory need not be. */
function statdDirectoryFor(test: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'lockferry-statd-'));
  test.teardown(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, 0o755);
  const directory = smDirectory(dir);
  for (const path of [dir, directory.sm, directory.smBak]) {
    chownSync(path, Number(STATD_OWNER?.uid), Number(STATD_OWNER?.gid));
  }
  return directory;
}

const skip = STATD_OWNER === null && 'rpc.statd (package nfs-common) is not installed';

t.test(
  'the real rpc.statd, seen from new client to last line dropped',
  { skip, timeout: 50_000 },
  async (t) => {
    const directory = statdDirectoryFor(t);
    const namespaces = ['-n', '-m', '-p', '-f', '--propagation', 'private', '--kill-child'];
    const room = spawn(
      'unshare',
      [...namespaces, 'sh', ROOM, directory.path, '', process.execPath, MONITOR],
      {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    t.teardown(async () => {
      room.stdin.end();
      await once(room, 'exit');
    });
    const lines = createInterface({ input: room.stdout })[Symbol.asyncIterator]();
    const answer = async () => String((await lines.next()).value);
    const ask = async (line: string) => {
      room.stdin.write(`${line}\n`);
      t.match(await answer(), line.startsWith('mon') ? SUCCESS.mon : SUCCESS.unmon, line);
    };
    t.equal(await answer(), 'void', 'statd answers');

    const picture = new Picture({ directory });
    let wakes = 0;
    const watch = watchPicture({ picture, wake: () => (wakes += 1) });
    t.teardown(() => watch.close());
    const look = () => settle(picture, 1000);
    t.same(await look(), {
      captured: [],
      monitored: [],
      anew: [],
      absent: [],
      present: 0,
      problems: [],
      directory: 'present',
      writing: false,
    });

    wakes = 0;
    await ask(`mon 10.77.0.52 n1 ${COOKIE}`);
    await until(() => wakes > 0);
    const fields = {
      caller: '0100007f',
      program: 100021,
      version: 4,
      procedure: 16,
      cookie: COOKIE,
      monName: '10.77.0.52',
    };
    t.match((await look()).captured, [
      { name: '10.77.0.52', records: [{ ...fields, myName: 'n1' }], malformed: [] },
    ]);

    await ask(`mon 10.77.0.52 n2 ${COOKIE}`);
    t.match(
      (await look()).captured,
      [{ records: [{ myName: 'n1' }, { myName: 'n2' }] }],
      'a second name of ours',
    );
    await ask(`mon fd00::5 n1 ${COOKIE}`);
    const { captured, monitored } = await look();
    t.match(captured, [{ name: 'fd00::5' }]);
    t.match(monitored, [{ monName: 'fd00::5' }]);
    t.equal(monitored.length, 1);

    const judge = new RemovalJudge({ apart: 1, settling: 0, initial: { lockManager: 'l', statd: 's' } });
    let at = 0;
    const observe = async () => {
      const { absent, present } = await look();
      at += 1;
      const seen = { absent, present, monitored: false, answering: true, at };
      return judge.observe({ ...seen, lockManager: 'l', statd: 's', stopping: false });
    };
    const other = COOKIE.replace('00', 'ff');
    await ask(`mon fd00::5 n1 ${other}`);
    const again = await look();
    t.match(
      again,
      { captured: [{ name: 'fd00::5' }], monitored: [{ cookie: other }], absent: [] },
      'deleted, created',
    );
    t.same([await observe(), await observe()], [[], []]);

    await ask('unmon 10.77.0.52 n1');
    const fewer = await look();
    t.match(fewer, { captured: [{ records: [{ myName: 'n2' }] }], absent: [] }, 'one of two lines');
    t.same(fewer.monitored, [], 'nobody has come');
    await ask('unmon 10.77.0.52 n2');
    t.same((await look()).absent, ['10.77.0.52'], 'the last line');
    t.same([await observe(), await observe()], [[], ['10.77.0.52']]);
    picture.forget(['10.77.0.52']);
    t.same((await look()).absent, []);
  },
);
