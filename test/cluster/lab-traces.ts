import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Lab } from '../../scripts/lab/index.ts';

/** The kernel's names of the namespaces that a lab made: what is left of it can be recognised by them. */
export async function namespacesOf(lab: Lab): Promise<Set<string>> {
  const found = new Set<string>();
  for (const pid of [lab.pid, ...[...lab.hosts.values()].map((host) => host.pid)]) {
    for (const kind of ['net', 'mnt', 'pid']) found.add(await readlink(`/proc/${pid}/ns/${kind}`));
  }
  return found;
}

/** The processes of this machine that live in one of these namespaces: `PID COMMAND` each. */
export async function processesIn(namespaces: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    for (const kind of ['net', 'mnt', 'pid']) {
      const namespace = await readlink(`/proc/${pid}/ns/${kind}`).catch(() => '');
      if (!namespaces.has(namespace)) continue;
      found.push(`${pid} ${await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')}`);
      break;
    }
  }
  return found;
}

/** What a lab could leave on the machine besides processes: mounts, named network namespaces, interfaces. */
export async function machineState(): Promise<Record<string, string[]>> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return {
    mounts: mounts.map((line) => line.split(' ').slice(2, 5).join(' ')).sort(),
    networks: (await readdir('/run/netns').catch(() => [])).sort(),
    interfaces: (await readdir('/sys/class/net')).sort(),
  };
}
