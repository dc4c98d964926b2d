import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mutantsOf } from './mutants.ts';
import { passedIn } from './outcome.ts';
import { passedTitles } from './run-test.ts';
import { type Claim, type NamedTest, readClaims } from './table.ts';

/** Copies of the project that are broken at the same time. */
const WORKERS = 2;
const problems: string[] = [];
/** A test of a broken file may take so many times as long as it does else, but at least so many milliseconds. */
const PATIENCE = 4;
const AT_LEAST = 10_000;
/** Milliseconds that each test file took. */
const took = new Map<string, number>();

/** Only unit tests are quick enough to be run here; the others are run by their own stages of scripts/test: checkLogs. */
const isUnit = ({ file }: NamedTest) => file.startsWith('test/lib/') || file.startsWith('test/agents/');

function titlesByFile(tests: readonly NamedTest[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { file, title } of tests) found.set(file, (found.get(file) ?? new Set()).add(title));
  return found;
}

/** All files and titles are there. */
function checkNames(claims: readonly Claim[]): void {
  for (const { number, files, tests } of claims) {
    for (const file of files) if (!existsSync(file)) problems.push(`claim ${number}: there is no ${file}`);
    for (const { file, title } of tests) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
      if (text === null) problems.push(`claim ${number}: there is no ${file}`);
      else if (!text.includes(title)) problems.push(`claim ${number}: ${file} has no test "${title}"`);
    }
  }
}

/** All named unit tests run and pass. */
async function checkTests(tests: readonly NamedTest[]): Promise<void> {
  const files = [...titlesByFile(tests.filter(isUnit))];
  await inParallel(files, async ([file, titles]) => {
    const started = Date.now();
    const passed = await passedTitles('.', file);
    took.set(file, Date.now() - started);
    for (const title of titles) if (!passed.has(title)) problems.push(`${file}: "${title}" does not pass`);
  });
  console.log(`${files.length} unit test files run`);
}

/** All other named tests have passed where they ran. @param logs files of what tap printed there */
function checkLogs(tests: readonly NamedTest[], logs: readonly string[]): void {
  const passed = new Set(logs.flatMap((log) => [...passedIn(readFileSync(log, 'utf8'))]));
  for (const [file, titles] of titlesByFile(tests.filter((test) => !isUnit(test)))) {
    for (const title of titles) if (!passed.has(title)) problems.push(`${file}: "${title}" has not passed`);
  }
}

/** Each named file, broken in any of its functions, makes a named test fail. */
async function checkMutants(claims: readonly Claim[]): Promise<void> {
  const titles = titlesByFile(claims.flatMap(({ tests }) => tests));
  const files = [...new Set(claims.flatMap((claim) => claim.files))];
  const roots = Array.from({ length: WORKERS }, copyOfProject);
  let [made, noticed] = [0, 0];
  try {
    await inParallel(files, async (file, worker) => {
      const root = String(roots[worker]);
      const test = `test/${file.replace(/ts$/, 'test.ts')}`;
      const wanted = titles.get(test);
      if (wanted === undefined) {
        problems.push(`${file}: no test of ${test} is named, so nothing would show that it is broken`);
        return;
      }
      const compiled = join(root, '.tap-build', file.replace(/ts$/, 'js'));
      const code = readFileSync(compiled, 'utf8');
      const within = Math.max(AT_LEAST, PATIENCE * (took.get(test) ?? 0));
      const mutants = mutantsOf(code);
      for (const mutant of mutants) {
        writeFileSync(compiled, mutant.code);
        const passed = await passedTitles(root, test, { within, wanted });
        if ([...wanted].some((title) => !passed.has(title))) noticed += 1;
        else problems.push(`${file}:${mutant.line}: no test named fails without ${mutant.head}`);
      }
      writeFileSync(compiled, code);
      made += mutants.length;
      if (mutants.length === 0) problems.push(`${file}: nothing of it could be broken`);
    });
  } finally {
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  }
  console.log(`${noticed} of ${made} mutants of ${files.length} files make a named test fail`);
}

/** What was compiled, to be broken; the rest is the project's own. */
function copyOfProject(): string {
  const root = mkdtempSync(join(tmpdir(), 'lockferry-claims-'));
  for (const folder of [
    '.tap-build/lib',
    '.tap-build/agents',
    '.tap-build/test/lib',
    '.tap-build/test/support',
  ]) {
    cpSync(folder, join(root, folder), { recursive: true });
  }
  for (const name of ['node_modules', 'package.json', 'test', 'lib', 'scripts', 'agents']) {
    symlinkSync(resolve(name), join(root, name));
  }
  return root;
}

async function inParallel<T>(
  items: readonly T[],
  act: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const work = async (worker: number) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item, worker);
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
}

const began = Date.now();
const claims = readClaims(readFileSync('docs/claims.md', 'utf8'));
const open = claims.filter(({ files }) => files.length === 0).map(({ number }) => number);
checkNames(claims);
const tests = claims.flatMap((claim) => claim.tests);
const [, , way, ...logs] = process.argv;
if (way === '--ran') checkLogs(tests, logs);
else if (problems.length === 0) await checkTests(tests);
if (problems.length === 0 && way === '--mutate') await checkMutants(claims);
for (const problem of problems) console.log(problem);
if (open.length > 0) console.log(`not yet: claims ${open.join(', ')}`);
console.log(
  `${claims.length} claims, ${problems.length} problems, ${Math.round((Date.now() - began) / 1000)} s`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
