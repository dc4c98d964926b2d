import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { runChecked } from '../node/command.ts';
import { findProcess } from '../node/process.ts';

/** Milliseconds for each command. */
const WITHIN = 15_000;

/**
 * Does nfsdcld(8) run? nfsd then skips its NFSv4 grace period while that daemon knows no client to wait for
 * (fs/nfsd/nfs4state.c nfs4_state_start_net()).
 */
export async function nfsdcldRuns(root = '/'): Promise<boolean> {
  return (await findProcess('nfsdcld', join(root, 'proc'))) !== null;
}

/**
 * Does something while nfsdcld is stopped, so that an nfsd that starts meanwhile has a full NFSv4 grace period. Only where
 * no NFSv4 is served: its clients' records would not be kept until nfsd's next start.
 */
export async function withoutNfsdcld(
  action: () => Promise<void>,
  run: typeof runChecked,
  root = '/',
): Promise<void> {
  const systemd = existsSync(join(root, 'run/systemd/system'));
  await run(systemd ? ['systemctl', 'stop', 'nfsdcld.service'] : ['pkill', '-x', 'nfsdcld'], WITHIN);
  try {
    await action();
  } finally {
    await run(systemd ? ['systemctl', 'start', 'nfsdcld.service'] : ['nfsdcld'], WITHIN);
  }
}
