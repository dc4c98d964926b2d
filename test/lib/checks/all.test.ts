import { readFileSync } from 'node:fs';
import t from 'tap';
import { ALL_CHECKS } from '../../../lib/checks/all.ts';

t.test('each check has a name of its own, and docs/doctor.md says what it is', async (t) => {
  const codes = ALL_CHECKS.map(({ code }) => code);
  t.equal(new Set(codes).size, codes.length);
  const [, list = ''] = readFileSync('docs/doctor.md', 'utf8').split('## The checks');
  const rows = list.matchAll(/^\| `([\w-]+)` *\| (.*?) *\| (.*?) *\|$/gm);
  t.same(
    [...rows].map(([, code, about, consequence]) => [code, about, consequence]),
    ALL_CHECKS.map(({ code, about, consequence }) => [code, about, consequence]),
  );
});
