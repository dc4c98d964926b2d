import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { SYSTEM_ENVIRONMENT } from './host.ts';
import { PROJECT } from './project.ts';
import type { Room } from './room.ts';

/**
 * Builds Lockferry and installs it into a directory of the room, as a package would; it goes with the room.
 * @returns the directory inside the room, for `BootOptions.install`.
 */
export async function installLockferry(room: Room): Promise<string> {
  const installed = '/run/installed';
  const built = await mkdtemp(join(tmpdir(), 'lockferry-built-'));
  const run = (argv: readonly string[], env = {}) =>
    execa(argv[0] ?? '', argv.slice(1), {
      cwd: PROJECT,
      env: { ...SYSTEM_ENVIRONMENT, ...env },
      extendEnv: false,
      timeout: 120_000,
    });
  try {
    await run([process.execPath, 'scripts/build.mjs', '--outdir', built]);
    await run(['scripts/install', '--node', process.execPath, '--from', built], {
      DESTDIR: room.path(installed),
    });
  } finally {
    await rm(built, { recursive: true });
  }
  return installed;
}
