import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { pinLockd, removePin } from '../../../lib/recover/lockd-pin.ts';
import { FakeRoot } from '../node/fake-root.ts';

const nfsd = { threads: 4, on: ['3'], off: [], ports: [], hosts: [] };

function stage(t: Test, failing: readonly string[] = []) {
  const root = new FakeRoot(t.testdir());
  const directory = join(root.path, 'pin');
  const commands: string[] = [];
  const run = async (command: readonly string[]) => {
    commands.push(command.join(' '));
    const [program = '', option = ''] = command;
    if (failing.includes(program) || failing.includes(`${program} ${option}`))
      throw new Error(`no ${program}`);
    return '';
  };
  return { root, directory, commands, pin: { directory, run, root: root.path } };
}

t.test('exports a directory to the node itself, mounts it, and takes both away again', async (t) => {
  const { directory, commands, pin } = stage(t);
  t.equal(await removePin(pin), false, 'there is none');
  await pinLockd(nfsd, pin);
  t.ok(existsSync(join(directory, 'export')) && existsSync(join(directory, 'mount')));
  t.match(commands, [
    new RegExp(`^exportfs -i -o ro,no_subtree_check,fsid=\\S+ 127\\.0\\.0\\.1:${directory}/export$`),
    new RegExp(
      `^mount -t nfs -o \\S*vers=3,lock\\S*soft\\S* 127\\.0\\.0\\.1:${directory}/export ${directory}/mount$`,
    ),
  ]);
  t.equal(await removePin(pin), true);
  t.same(commands.slice(2), [`umount ${directory}/mount`, `exportfs -u 127.0.0.1:${directory}/export`]);
  t.notOk(existsSync(directory));
});

t.test('a server that listens at its own addresses only is mounted from there', async (t) => {
  const { commands, directory, pin } = stage(t);
  await pinLockd({ ...nfsd, hosts: ['fd00::1', '10.77.0.1'] }, pin);
  t.match(commands[1], / \[fd00::1\]:/);
  await removePin(pin);
  t.equal(commands.at(-1), `exportfs -u [fd00::1]:${directory}/export`);
});

t.test('a mount that fails leaves no export', async (t) => {
  const { commands, directory, pin } = stage(t, ['mount', 'umount']);
  await t.rejects(pinLockd(nfsd, pin), { message: 'no mount' });
  t.match(commands.at(-1), /^exportfs -u/);
  t.notOk(existsSync(directory));
});

t.test('whatever its keeper was at when it died, it goes; a mount that stays is said', async (t) => {
  const { root, directory, commands, pin } = stage(t, ['umount', 'exportfs -u']);
  await pinLockd(nfsd, pin);
  const mount = `40 1 0:40 / ${directory}/mount rw - nfs 127.0.0.1:${directory}/export ro,vers=3,soft\n`;
  root.put({ 'proc/self/mountinfo': mount });
  await t.rejects(removePin(pin), { message: 'no umount' });
  t.ok(existsSync(directory), 'to be tried again');
  root.put({ 'proc/self/mountinfo': '' });
  t.equal(await removePin(pin), true, 'it is not mounted, nor exported');
  mkdirSync(directory);
  commands.length = 0;
  t.equal(await removePin(pin), true);
  t.same(commands, [`umount ${directory}/mount`], 'nothing was exported yet');
});

t.test('a pin that cannot be taken away after all does not hide why it failed', async (t) => {
  const { root, directory, pin } = stage(t, ['mount', 'umount']);
  root.put({ 'proc/self/mountinfo': `40 1 0:40 / ${directory}/mount rw - nfs x:/y ro,vers=3\n` });
  await t.rejects(pinLockd(nfsd, pin), { message: 'no mount' });
});
