// Makes one test file of each folder of unit tests: to start Node.js and tap takes longer than most of these files do.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const compiled = '.tap-build/test';
const groups = '.tap-build/unit';
/** A file that runs itself again in another network, or several of its tests at once, is a process of its own. */
const ALONE = /\binOwnNetwork\(|\bt\.jobs = /;

const files = ['lib', 'agents'].flatMap((folder) =>
  readdirSync(join(compiled, folder), { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(compiled, folder, name)),
);
const grouped = new Map();
for (const file of files) {
  const folder = relative(compiled, dirname(file)).replaceAll('/', '-');
  const group = ALONE.test(readFileSync(file, 'utf8')) ? `${folder}-${basename(file)}` : `${folder}.test.js`;
  grouped.set(group, [...(grouped.get(group) ?? []), file]);
}
rmSync(groups, { recursive: true, force: true });
mkdirSync(groups);
for (const [group, members] of grouped) {
  writeFileSync(join(groups, group), members.map((file) => `import '${relative(groups, file)}';\n`).join(''));
}
