import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { runThrough } from '../node/command.ts';
import { findProcess } from '../node/process.ts';

/** Milliseconds for each of the two commands. */
const WITHIN = 15_000;

/**
 * Does nfsdcld(8) run? nfsd then skips its NFSv4 grace period while that daemon knows no client to wait for
 * (fs/nfsd/nfs4state.c nfs4_state_start_net()).
 */
export async function nfsdcldRuns(root = '/'): Promise<boolean> {
  return (await findProcess('nfsdcld', join(root, 'proc'))) !== null;
}

/**
 * Runs a script of the shell while nfsdcld is stopped, so that an nfsd that starts meanwhile has a full NFSv4 grace period.
 * Only where no NFSv4 is served: its clients' records would not be kept until nfsd's next start. One child does all of it, so
 * that nfsdcld comes back even if this process dies between. @param within milliseconds for the script.
 */
export async function withoutNfsdcld(
  [script = '', ...args]: readonly string[],
  within: number,
  run: typeof runThrough,
  root = '/',
): Promise<void> {
  const systemd = existsSync(join(root, 'run/systemd/system'));
  const stop = systemd ? 'systemctl stop nfsdcld.service' : 'pkill -x nfsdcld';
  const start = systemd ? 'systemctl start nfsdcld.service' : 'nfsdcld';
  const whole = `${stop} || exit; (${script}); ended=$?; ${start}; exit $ended`;
  await run(['sh', '-c', whole, ...args], within + 2 * WITHIN);
}
