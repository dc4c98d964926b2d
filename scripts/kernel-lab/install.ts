import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { SYSTEM_ENVIRONMENT } from './host.ts';
import { PROJECT } from './project.ts';
import type { Room } from './room.ts';

/**
 * Installs Lockferry into a directory of the room, as a package would; it goes with the room. What is installed is what
 * scripts/test has built (LOCKFERRY_DIST), or else a build of its own.
 * @returns the directory inside the room, for `BootOptions.install`.
 */
export async function installLockferry(room: Room): Promise<string> {
  const installed = '/run/installed';
  const install = (built: string) =>
    run(['scripts/install', '--node', process.execPath, '--from', built], { DESTDIR: room.path(installed) });
  const { LOCKFERRY_DIST } = process.env;
  if (LOCKFERRY_DIST !== undefined) {
    await install(LOCKFERRY_DIST);
    return installed;
  }
  const built = await mkdtemp(join(tmpdir(), 'lockferry-built-'));
  try {
    await run([process.execPath, 'scripts/build.mjs', '--outdir', built]);
    await install(built);
  } finally {
    await rm(built, { recursive: true });
  }
  return installed;
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  await execa(argv[0] ?? '', argv.slice(1), {
    cwd: PROJECT,
    env: { ...SYSTEM_ENVIRONMENT, ...env },
    extendEnv: false,
    timeout: 120_000,
  });
}
