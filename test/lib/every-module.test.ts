import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** Modules that only gather others, only hold types or only start a program are tested through what they serve. */
const WITHOUT_TEST = ['index.ts', 'types.ts', 'main.ts'];
/** Where tsc leaves the modules that this test runs beside. */
const COMPILED = fileURLToPath(new URL('../../lib', import.meta.url));

t.test('every module has a test of its name', async (t) => {
  const modules = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !WITHOUT_TEST.includes(basename(name)) && !holdsOnlyTypes(name),
  );
  t.ok(modules.includes('version.ts'), 'the modules are found');
  // Coverage counts only what a test loads: a module that none loads would go unseen.
  const untested = modules.filter((name) => !existsSync(join('test/lib', name.replace(/ts$/, 'test.ts'))));
  t.same(untested, []);
});

/** A module of nothing but types compiles to a mark that it is a module. */
function holdsOnlyTypes(name: string): boolean {
  const compiled = readFileSync(join(COMPILED, name.replace(/ts$/, 'js')), 'utf8');
  return /^export \{\};$/m.test(compiled);
}
