import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';

/** A root of a node on which systemd and these programs run. @param more what else is in its /proc. */
export function emptyRoot(
  t: Test,
  programs: Readonly<Record<string, { words?: string[]; exe?: string; unit?: string }>> = {},
  more: Readonly<Record<string, object | string>> = {},
): string {
  const root = mkdtempSync(join(tmpdir(), 'lockferry-root-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  mkdirSync(join(root, 'proc/self/ns'), { recursive: true });
  symlinkSync('net:[1]', join(root, 'proc/self/ns/net'));
  for (const [
    index,
    [command, { words = [], exe = `/${command}`, unit = 'pacemaker.service' }],
  ] of Object.entries(programs).entries()) {
    const own = join(root, 'proc', String(index + 100));
    mkdirSync(join(own, 'ns'), { recursive: true });
    symlinkSync('net:[1]', join(own, 'ns/net'));
    symlinkSync(exe, join(own, 'exe'));
    writeFileSync(join(own, 'stat'), `${index + 100} (${command}) S ${'0 '.repeat(18)}77 0\n`);
    writeFileSync(join(own, 'status'), 'Uid:\t0\t0\t0\t0\n');
    writeFileSync(join(own, 'cmdline'), words.map((word) => `${word}\0`).join(''));
    writeFileSync(join(own, 'cgroup'), `0::/system.slice/${unit}\n`);
  }
  write(join(root, 'proc'), more);
  return root;
}

function write(path: string, tree: object): void {
  for (const [name, content] of Object.entries(tree)) {
    const inside = join(path, name);
    mkdirSync(dirname(inside), { recursive: true });
    if (typeof content === 'string') writeFileSync(inside, content);
    else write(inside, content);
  }
}
