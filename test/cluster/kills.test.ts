import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type Loss, lossOf } from '../kills/loss.ts';
import { MODES } from '../kills/modes.ts';
import type { ModeRun } from '../kills/report.ts';

const PROGRAM = fileURLToPath(new URL('../kills/main.js', import.meta.url));
/** The short form of scripts/test-kills: all modes in half a minute. */
const KILLS = 10;

t.test('what is compared: who has a lock, and who a record', async (t) => {
  const grants = ['a', 'b', 'c', 'd'].map((client, index) => ({ client, at: 1000 + index }));
  const loss = (...kept: string[]) => lossOf(grants, new Set(kept), 1010);
  t.same(loss('a', 'b', 'c', 'd', 'e'), { clients: 0, window: 0, atTheEnd: true });
  t.same(loss('a', 'b'), { clients: 2, window: 8, atTheEnd: true });
  t.same(loss('a', 'c', 'd'), { clients: 1, window: 9, atTheEnd: false }, 'a hole is worse than an end');
  t.same(loss(), { clients: 4, window: 10, atTheEnd: true });
});

t.test('what breaks a promise', async (t) => {
  const kill = (loss: Partial<Loss>, monitored = [{ began: 8000, code: 0 }]) => ({
    ...{ loss: { clients: 1, window: 0, atTheEnd: true, ...loss }, killedAt: 10_000, monitored },
  });
  const { callout, watch, monitor } = MODES;
  t.equal(callout?.broken(kill({ clients: 0 })), null);
  t.match(callout?.broken(kill({})), '1 clients had a lock and no record');
  t.equal(watch?.broken(kill({ window: 900 })), null);
  t.match(watch?.broken(kill({ window: 1900 })), '1900 ms old');
  t.match(watch?.broken(kill({ atTheEnd: false })), 'older than one that was kept');
  t.equal(monitor?.broken(kill({ window: 1900 })), null, 'it came after the last monitor had begun');
  t.match(monitor?.broken(kill({ window: 2100 })), 'when the last monitor began');
  t.match(monitor?.broken(kill({ atTheEnd: false })), 'older than one that was kept');
  t.match(monitor?.broken(kill({}, [])), 'never ran');
  t.match(monitor?.broken(kill({}, [{ began: 8000, code: 190 }])), 'ended with 190');
});

t.test('nodes are killed while clients take their first locks', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'lockferry-test-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const json = join(dir, 'kills.json');
  // What it mounts must not be seen here.
  const words = ['--mount', '--propagation', 'private', process.execPath, PROGRAM];
  const options = ['--kills', `${KILLS}`, '--parallel', '5', '--adopt', '0', '--json', json];
  const run = spawn('unshare', [...words, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const said of [run.stdout, run.stderr]) said.on('data', (chunk) => t.comment(String(chunk)));
  const [code] = await once(run, 'exit');
  t.equal(code, 0, 'every promise was kept');
  const { runs } = JSON.parse(readFileSync(json, 'utf8')) as { runs: ModeRun[] };
  t.strictSame(
    runs.map(({ mode }) => mode),
    Object.keys(MODES),
  );
  for (const { mode, kills } of runs) {
    t.equal(kills.length, KILLS, `${mode}: so many nodes were killed`);
    t.ok(
      kills.every(({ granted }) => granted > 50),
      'after many locks',
    );
    const sum = (losses: readonly (Loss | undefined)[]) =>
      losses.reduce((total, loss) => total + (loss?.clients ?? 0), 0);
    const copied = sum(kills.map(({ copiers }) => copiers['5']));
    t.ok(copied > 0, `its control: a copy every 5 s lost ${copied} clients in the same kills`);
    t.ok(sum(kills.map(({ powerCut }) => powerCut)) < copied, 'more than the lock store');
  }
});
