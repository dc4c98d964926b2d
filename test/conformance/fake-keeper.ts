import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../lib/keeper/index.ts';
import { LAST_CAPTURE_WITHIN } from '../../lib/keeper/leaving.ts';
import { listen } from '../../lib/keeper/server.ts';
import { VERSION } from '../../lib/version.ts';

/**
 * A keeper that keeps nothing and says what the file `says` in its run-time directory holds: for the tests of the
 * agent and its launcher. With `deaf` in that file it answers nobody and ignores SIGTERM, like one whose storage
 * hangs; with `slow` it takes longer to end than it waits for its storage, and leaves the file /run/ended.
 */
const name = String(process.argv[2]);
const directory = join('/run/lockferry/services', name);

function verdict(): string {
  try {
    return readFileSync(join(directory, 'says'), 'utf8').trim();
  } catch {
    return 'ok';
  }
}

process.on('SIGTERM', () => {
  if (verdict() === 'deaf') return;
  if (verdict() !== 'slow') process.exit(0);
  setTimeout(() => {
    writeFileSync('/run/ended', '');
    process.exit(0);
  }, LAST_CAPTURE_WITHIN.leaving + 1000);
});

const serving = listen(join(directory, 'keeper.sock'), async ({ op }) => {
  const word = verdict();
  if (word === 'deaf') return new Promise<Report>(() => {});
  if (op === 'stop' || op === 'replace') (await serving).close(() => process.exit(0));
  const state = word === 'degraded' || word === 'failed' ? word : 'ok';
  return {
    version: VERSION,
    pid: process.pid,
    service: name,
    sharedDir: '/',
    phase: 'capturing',
    verdict: { state, reason: state === 'ok' ? null : `the test says ${state}` },
    faultCode: null,
    owner: null,
    stateNumber: null,
    handedOverTo: null,
    clients: { recorded: 0, conveyed: 0, answered: 0, told: 0, present: 0, back: 0, missed: 0 },
    lag: 0,
    unprotected: 0,
    lastRecovery: null,
    waitingFor: [],
    problems: [],
  };
});
serving.then(() => writeFileSync(join(directory, 'keeper.pid'), `${process.pid}\n`));
