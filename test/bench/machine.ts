import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, totalmem } from 'node:os';
import { sh } from './command.ts';

/** How much the machine has to do: over the last minute. */
export function load(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(1);
}

/** What the figures were measured on, one word for what and what it is. */
export async function machine(dir: string): Promise<Record<string, string>> {
  const packages = 'nfs-common resource-agents ctdb rsync coreutils';
  const versions = await sh(`dpkg-query -W -f '\${Package} \${Version}, ' ${packages}`);
  const fileSystem = await sh('findmnt -n -o FSTYPE --target "$1"', dir);
  const release = /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  return {
    processors: `${cpus().length} x ${cpus()[0]?.model.trim()} (${arch()})`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    storage: fileSystem.trim(),
    kernel: (await sh('uname -r')).trim(),
    system: String(release),
    node: process.version,
    packages: versions.replace(/, $/, ''),
  };
}
