import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { nfsdcldRuns, withoutNfsdcld } from '../../../lib/recover/nfsdcld.ts';
import { FakeRoot } from '../node/fake-root.ts';

t.test('is it there?', async (t) => {
  const root = new FakeRoot(t.testdir());
  t.equal(await nfsdcldRuns(root.path), false);
  t.equal(await nfsdcldRuns(root.process(60, 'nfsdcld').path), true);
});

t.test('one child stops it, goes through the script and starts it, with systemd and without', async (t) => {
  const root = new FakeRoot(t.testdir());
  const commands: (readonly string[])[] = [];
  const run = async (command: readonly string[]) => {
    commands.push(command);
    return '';
  };
  await withoutNfsdcld(['a && b "$@"', 'name', 'x y'], 1000, run, root.path);
  root.put({ 'run/systemd/system/x': '' });
  await withoutNfsdcld(['a'], 1000, run, root.path);
  t.same(commands, [
    ['sh', '-c', 'pkill -x nfsdcld || exit; (a && b "$@"); ended=$?; nfsdcld; exit $ended', 'name', 'x y'],
    [
      ...['sh', '-c'],
      'systemctl stop nfsdcld.service || exit; (a); ended=$?; systemctl start nfsdcld.service; exit $ended',
    ],
  ]);
});

t.test('it is back though the keeper dies, and what became of the script is known', async (t) => {
  const directory = t.testdir();
  const root = new FakeRoot(directory).put({ 'run/systemd/system/x': '' });
  const systemctl = join(directory, 'systemctl');
  writeFileSync(systemctl, `#!/bin/sh\necho "$1" >>${directory}/did\n`, { mode: 0o755 });
  const exits: number[] = [];
  const run = async ([program = '', ...args]: readonly string[]) => {
    const { status } = spawnSync(program, args, { env: { PATH: `${directory}:/usr/bin:/bin` } });
    exits.push(status ?? -1);
    return '';
  };
  await withoutNfsdcld([`echo "$1" >>${directory}/did; exit 3`, 'name', 'threads'], 1000, run, root.path);
  t.same(exits, [3]);
  t.equal(readFileSync(join(directory, 'did'), 'latin1'), 'stop\nthreads\nstart\n');
});
