import { accessSync, constants, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { LAB_SOURCES, PROJECT } from './project.ts';

/** Programs that the lab runs, and the Debian package that brings each. */
const PROGRAMS: Readonly<Record<string, string>> = {
  linux: 'user-mode-linux',
  insmod: 'kmod',
  gcc: 'gcc',
  ip: 'iproute2',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
  python3: 'python3',
  rpcbind: 'rpcbind',
  'rpc.statd': 'nfs-common',
  'rpc.nfsd': 'nfs-kernel-server',
};

/** The path that the host and its nodes search: the system's own programs only, no version managers. */
export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

export const SYSTEM_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: SYSTEM_PATH, LC_ALL: 'C' };

/** What keeps User Mode Linux from booting here, one sentence each; empty when nothing does. */
export function obstacles(): string[] {
  const found: string[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    found.push(`User Mode Linux needs Linux on x86-64, this is ${process.platform} on ${process.arch}`);
  }
  if (process.getuid?.() !== 0) found.push('the kernel lab makes namespaces and tap devices: it needs root');
  if (!existsSync('/dev/net/tun')) found.push('/dev/net/tun is missing: no tap devices');
  for (const [program, packageName] of Object.entries(PROGRAMS)) {
    if (!installed(program)) found.push(`${program} is not installed (Debian package ${packageName})`);
  }
  return found;
}

function installed(program: string): boolean {
  return SYSTEM_PATH.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Builds the ptrace shim (umlfp.c says what it is for) unless it is newer than its source; returns its path. */
export async function buildShim(): Promise<string> {
  const source = join(LAB_SOURCES, 'umlfp.c');
  const directory = join(PROJECT, '.tap-build');
  const shim = join(directory, 'umlfp.so');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(shim) || statSync(shim).mtimeMs < statSync(source).mtimeMs) {
    const fresh = `${shim}.${process.pid}`;
    await execa('gcc', ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', fresh, source], {
      env: SYSTEM_ENVIRONMENT,
      extendEnv: false,
    });
    renameSync(fresh, shim); // kernels that run have the old one mapped
  }
  return shim;
}
