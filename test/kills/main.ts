import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VERSION } from '../../lib/version.ts';
import { type Adoption, killAndAdopt } from './adoption.ts';
import { type Kill, kill, type Setting } from './kill.ts';
import { MODES } from './modes.ts';
import { type ModeRun, reportOf } from './report.ts';

/* See scripts/test-kills, which runs this in a mount namespace of its own. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    mode: { type: 'string', default: 'all' },
    parallel: { type: 'string', default: '4' },
    rate: { type: 'string', default: '25' },
    interval: { type: 'string', default: '2' },
    adopt: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});

/** Kills so many nodes, some of them side by side, and says how it goes on standard error. */
async function killMany(name: string, setting: Setting): Promise<ModeRun> {
  const mode = MODES[name];
  if (mode === undefined)
    throw new Error(`--mode ${name}: all or one of ${Object.keys(MODES).join(', ')} is wanted`);
  const count = Number(values.kills);
  const kills: Kill[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      kills.push(await kill(mode, setting));
      process.stderr.write(`\r${name}: ${kills.length} of ${count} nodes killed`);
    }
  };
  // All of them end before anything is taken away, whatever becomes of one.
  const workers = await Promise.allSettled(Array.from({ length: Number(values.parallel) }, worker));
  process.stderr.write('\n');
  for (const each of workers) if (each.status === 'rejected') throw each.reason;
  const adoptions: Adoption[] = [];
  while (adoptions.length < Number(values.adopt)) {
    adoptions.push(await killAndAdopt(mode));
    process.stderr.write(`\r${name}: ${adoptions.length} of ${values.adopt} services adopted`);
  }
  return { mode: name, promise: mode.promise, kills, adoptions };
}

/** What figures depend on. */
function circumstances(setting: Setting) {
  const version = (program: string, ...words: string[]) =>
    execFileSync(program, words, { encoding: 'utf8' }).trim();
  return {
    date: new Date().toISOString(),
    lockferry: VERSION,
    node: process.version,
    kernel: version('uname', '-r'),
    nfsCommon: version('rpc.statd', '-v').replace(/^.*version /, ''),
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    clientsPerSecond: setting.clientsPerSecond,
    monitorInterval: setting.interval,
    parallel: Number(values.parallel),
  };
}

const dir = mkdtempSync(join(tmpdir(), 'lockferry-kills-'));
try {
  const dist = join(dir, 'dist');
  mkdirSync(dist);
  execFileSync(process.execPath, ['scripts/build.mjs', '--outdir', dist], { stdio: 'ignore' });
  const setting = {
    dist,
    dir,
    clientsPerSecond: Number(values.rate),
    interval: Number(values.interval),
  };
  const names = values.mode === 'all' ? Object.keys(MODES) : [values.mode];
  const runs: ModeRun[] = [];
  for (const name of names) {
    runs.push(await killMany(name, setting));
    process.stdout.write(`${reportOf(runs.at(-1) as ModeRun)}\n`);
  }
  const result = { circumstances: circumstances(setting), runs };
  process.stdout.write(`${JSON.stringify(result.circumstances)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result)}\n`);
  const judged = runs.flatMap(({ kills, adoptions }) => [...kills, ...adoptions]);
  if (judged.some(({ broken }) => broken !== null)) process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
