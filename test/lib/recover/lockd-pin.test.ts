import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { pinLockd } from '../../../lib/recover/lockd-pin.ts';

const nfsd = { threads: 4, on: ['3'], off: [], ports: [], hosts: [] };

t.test('exports a directory to the node itself, mounts it, and takes both away again', async (t) => {
  const directory = join(t.testdir(), 'pin');
  const commands: string[] = [];
  const run = async (command: readonly string[]) => {
    commands.push(command.join(' '));
    return '';
  };
  const unpin = await pinLockd(nfsd, directory, run);
  t.ok(existsSync(join(directory, 'export')) && existsSync(join(directory, 'mount')));
  t.match(commands, [
    new RegExp(`^exportfs -i -o ro,no_subtree_check,fsid=\\S+ 127\\.0\\.0\\.1:${directory}/export$`),
    new RegExp(
      `^mount -t nfs -o \\S*vers=3,lock\\S*soft\\S* 127\\.0\\.0\\.1:${directory}/export ${directory}/mount$`,
    ),
  ]);
  await unpin();
  t.same(commands.slice(2), [`umount ${directory}/mount`, `exportfs -u 127.0.0.1:${directory}/export`]);
});

t.test('a server that listens at its own addresses only is mounted from there', async (t) => {
  const commands: string[] = [];
  const run = async (command: readonly string[]) => {
    commands.push(command.join(' '));
    return '';
  };
  await pinLockd({ ...nfsd, hosts: ['fd00::1', '10.77.0.1'] }, t.testdir(), run);
  t.match(commands[1], / \[fd00::1\]:/);
});

t.test('a mount that fails leaves no export', async (t) => {
  const commands: string[] = [];
  const run = async ([program = '', ...args]: readonly string[]) => {
    commands.push(`${program} ${args[0]}`);
    if (program === 'mount') throw new Error('access denied');
    return '';
  };
  await t.rejects(pinLockd(nfsd, t.testdir(), run), { message: 'access denied' });
  t.same(commands, ['exportfs -i', 'mount -t', 'exportfs -u']);
});
