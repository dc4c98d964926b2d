import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { built, Sandbox } from './sandbox.ts';

t.setTimeout(120_000);
const dist = built(t);

t.test('what the keeper does is found in the journal, by the command in docs/monitoring.md', async (t) => {
  const node = await Sandbox.create(t, dist);
  // A /dev of its own, whose log is this journal's; other journals of the machine are not seen.
  const made = await node.sh(`mkdir -p /run/dev /run/systemd/journal && mount -t tmpfs tmpfs /var/log &&
    cp -a /dev/null /dev/zero /dev/random /dev/urandom /run/dev && ln -s /proc/self/fd /run/dev/fd &&
    ln -s /run/systemd/journal/dev-log /run/dev/log && mount --bind /run/dev /dev`);
  t.match(made, { code: 0, stderr: '' });
  const journal = node.start(['/lib/systemd/systemd-journald']);
  const within = async (condition: () => Promise<boolean>) => {
    for (let tries = 200; tries > 0; tries -= 1)
      if (await condition()) return true;
      else await pause(50);
    return false;
  };
  t.ok(await within(async () => (await node.sh('test -S /dev/log')).code === 0), 'the journal is at work');
  t.match(await node.agent('start'), { code: 0 });
  const [, command = 'false'] = /`(journalctl [^`]*)`/.exec(readFileSync('docs/monitoring.md', 'utf8')) ?? [];
  const found = async () => / lockferry\(locks\)\[\d+\]: adopted/.test((await node.sh(command)).stdout);
  t.ok(await within(found), command);
  journal.kill();
});
