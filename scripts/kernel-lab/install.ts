import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { SYSTEM_ENVIRONMENT } from './host.ts';
import { PROJECT } from './project.ts';
import type { Room } from './room.ts';

/**
 * Installs Lockferry into a directory of the room, as a package would; it goes with the room.
 * @returns the directory inside the room, for `BootOptions.install`.
 */
export async function installLockferry(room: Room): Promise<string> {
  const installed = '/run/installed';
  await withBuilt((built) =>
    run(['scripts/install', '--node', process.execPath, '--from', built], { DESTDIR: room.path(installed) }),
  );
  return installed;
}

/** Makes the Debian package. @param out the directory for it */
export function packageLockferry(out: string): Promise<void> {
  return withBuilt((built) => run(['scripts/package', '--from', built, '--out', out, 'deb']));
}

/** What scripts/test has built (LOCKFERRY_DIST), or else a build of its own: what dist/ has may be of another day. */
async function withBuilt(use: (built: string) => Promise<void>): Promise<void> {
  const { LOCKFERRY_DIST } = process.env;
  if (LOCKFERRY_DIST !== undefined) return use(LOCKFERRY_DIST);
  const built = await mkdtemp(join(tmpdir(), 'lockferry-built-'));
  try {
    await run([process.execPath, 'scripts/build.mjs', '--outdir', built]);
    await use(built);
  } finally {
    await rm(built, { recursive: true });
  }
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  await execa(argv[0] ?? '', argv.slice(1), {
    cwd: PROJECT,
    env: { ...SYSTEM_ENVIRONMENT, ...env },
    extendEnv: false,
    timeout: 120_000,
  });
}
