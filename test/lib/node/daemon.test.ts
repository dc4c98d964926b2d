import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonSchema, runDetached, startDaemon, stopDaemon } from '../../../lib/node/daemon.ts';
import { findProcess } from '../../../lib/node/process.ts';
import { inOwnNetwork } from '../../support/own-network.ts';
import { until } from '../capture/sm-directory.ts';

function stage() {
  const ran: string[] = [];
  const run = async (command: readonly string[]) => {
    ran.push(command.join(' '));
    return '';
  };
  const start = async (command: readonly string[], _within: number, late = 'killed') => {
    ran.push(`${command.join(' ')}${late === 'left' ? ', left' : ''}`);
  };
  return { ran, means: { run, start, find: async () => null } };
}

await inOwnNetwork(import.meta.url, {
  async 'a unit is stopped and started without what it wants, nfsd by rpc.nfsd, others by their command'(t) {
    const { ran, means } = stage();
    for (const daemon of [
      { by: 'unit', unit: 'rpc-statd.service' },
      { by: 'command', words: ['/etc/init.d/nfs', '-q'] },
      { by: 'nfsd', argv: ['-t', '8'] },
      { by: 'kill', command: 'ganesha.nfsd' },
      { by: 'process', command: 'rpc.statd', argv: ['/sbin/rpc.statd', '-L'] },
    ].map((each) => daemonSchema.parse(each))) {
      await stopDaemon(daemon, means);
      await startDaemon(daemon, means);
    }
    t.same(ran, [
      'systemctl stop --job-mode=ignore-dependencies rpc-statd.service',
      'systemctl start --job-mode=ignore-dependencies rpc-statd.service',
      '/etc/init.d/nfs -q stop',
      '/etc/init.d/nfs -q start',
      'rpc.nfsd 0',
      'rpc.nfsd -t 8, left',
      '/sbin/rpc.statd -L',
    ]);
  },

  async 'a process is ended, by SIGKILL where it does not listen, and started unless it runs'(t) {
    const directory = t.testdir({});
    const deaf = join(directory, 'deaf');
    // Its name for the kernel is that of the program.
    const script = `cp "$(command -v sleep)" "${deaf}" && (trap '' TERM; exec setsid "${deaf}" 60) </dev/null >/dev/null 2>&1 &`;
    const daemon = daemonSchema.parse({ by: 'process', command: 'deaf', argv: ['/bin/sh', '-c', script] });
    await startDaemon(daemon);
    await until(async () => (await findProcess('deaf')) !== null);
    const pid = (await findProcess('deaf'))?.pid;
    await startDaemon(daemon);
    t.equal((await findProcess('deaf'))?.pid, pid, 'it is not started twice');
    await stopDaemon(daemon, { termWithin: 200 });
    t.equal(await findProcess('deaf'), null);
    await stopDaemon(daemon);
    await stopDaemon({ by: 'kill', command: 'deaf' });
    const stuck = {
      find: async () => ({ pid: 1, command: 'x', startTicks: 1 }),
      kill: () => {},
      termWithin: 30,
    };
    await t.rejects(stopDaemon(daemon, stuck), { code: 'timed-out', message: 'deaf does not end' });
  },

  async 'a program may leave a daemon behind, in a session of its own'(t) {
    const file = join(t.testdir({}), 'said');
    await runDetached(['/bin/sh', '-c', `(sleep 0.3; echo "$HOME$LC_ALL" >${file}) &`], 5000);
    t.notOk(existsSync(file), 'nobody waits for it');
    await until(() => existsSync(file) && readFileSync(file, 'utf8') === 'C\n');
  },

  async 'what fails, hangs or is not there is named'(t) {
    await t.rejects(runDetached(['/bin/sh', '-c', 'exit 3'], 5000), {
      code: 'failed',
      message: '/bin/sh -c exit 3 failed with exit code 3',
    });
    await t.rejects(runDetached(['/bin/sh', '-c', 'kill -9 $$'], 5000), { message: /of a signal/ });
    const file = join(t.testdir({}), 'said');
    const slow = ['/bin/sh', '-c', `sleep 0.3; echo "$1" >>${file}`, 'sh'];
    await t.rejects(runDetached([...slow, 'killed'], 50), { code: 'timed-out' });
    await t.rejects(runDetached([...slow, 'left'], 50, 'left'), { code: 'timed-out' });
    await until(() => existsSync(file));
    t.equal(readFileSync(file, 'utf8'), 'left\n');
    await t.rejects(runDetached(['/no/such/program'], 5000), { code: 'not-installed' });
    await t.rejects(runDetached([], 5000), { code: /not-installed|ERR_INVALID_ARG_VALUE/ });
  },
});
