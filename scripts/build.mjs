#!/usr/bin/env node
/**
 * Builds dist/: one un-minified CommonJS bundle for each program, with everything from npm inside, and what the
 * launcher prints by itself. Fails where the agent's bundle, which every monitor loads, pulls in what is slow to load.
 *
 *     node scripts/build.mjs [--outdir DIR]     default: dist, and the meta-data also goes to ocf-metadata/
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { outdir: { type: 'string' } } });
const DIST = resolve(values.outdir ?? join(ROOT, 'dist'));

const PROGRAMS = [
  { name: 'nfslock', source: 'agents/nfslock-main.ts', hot: true },
  { name: 'keeper', source: 'lib/keeper/main.ts', hot: false },
  { name: 'lockferry', source: 'lib/cli/main.ts', hot: false },
  { name: 'lockferry-storage', source: 'lib/cli/storage/main.ts', hot: false },
];

/** Measured: execa 10 ms or more, yargs 56 ms, fs-extra 10 ms, zod without /mini 10 ms a start. */
const SLOW = /(^|\/)node_modules\/(execa|yargs|fs-extra|zod\/v4\/classic)\//;

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const declared = /VERSION = '([^']+)'/.exec(readFileSync(join(ROOT, 'lib/version.ts'), 'utf8'))?.[1];
if (declared !== version) fail(`lib/version.ts says ${declared}, package.json says ${version}`);

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
for (const program of PROGRAMS) {
  // A program whose folder is not there yet is built as soon as it is.
  if (existsSync(join(ROOT, program.source))) await bundle(program);
}
for (const [action, file] of [
  ['meta-data', 'nfslock.xml'],
  ['usage', 'nfslock.usage'],
]) {
  writeFileSync(join(DIST, file), printed(action));
}
if (values.outdir === undefined)
  copyFileSync(join(DIST, 'nfslock.xml'), join(ROOT, 'ocf-metadata/nfslock.xml'));
const launcher = readFileSync(join(ROOT, 'agents/launcher.sh'), 'utf8');
writeFileSync(join(DIST, 'launcher.sh'), launcher.replace(/^version=$/m, `version=${version}`), {
  mode: 0o755,
});
copyFileSync(join(ROOT, 'agents/statd-callout'), join(DIST, 'statd-callout'));
copyFileSync(join(ROOT, 'packaging/lockferry.bash-completion'), join(DIST, 'lockferry.bash-completion'));
copyFileSync(join(ROOT, 'packaging/ocft/lockferry-nfslock'), join(DIST, 'lockferry-nfslock.ocft'));
await manualPages();

async function bundle({ name, source, hot }) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    outfile: join(DIST, `${name}.cjs`),
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    banner: { js: '#!/usr/bin/node' },
    charset: 'utf8',
    // yargs looks for translations beside itself; without this, beside the current directory, which may be anybody's.
    define: { 'import.meta.url': JSON.stringify('file:///usr/share/lockferry/lockferry.cjs') },
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  const slow = Object.keys(metafile.inputs).filter((input) => SLOW.test(input));
  if (hot && slow.length > 0) fail(`${name}.cjs, which every monitor loads, contains ${slow.join(', ')}`);
}

/** From the schema of the parameters and from what the command says of itself. */
async function manualPages() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['scripts/man/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    write: false,
    logLevel: 'warning',
  });
  execFileSync(process.execPath, ['-', DIST], {
    input: outputFiles[0].text,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
}

/** What the agent prints: the bundle leaves with 64 + OCF code. */
function printed(action) {
  try {
    execFileSync(process.execPath, [join(DIST, 'nfslock.cjs'), action], { env: {}, encoding: 'utf8' });
  } catch (error) {
    if (error.status === 64) return error.stdout;
    throw error;
  }
  return fail(`nfslock.cjs ${action} did not answer with its own exit code`);
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}
