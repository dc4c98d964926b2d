import t from 'tap';
import { findProgram } from '../../../lib/node/program.ts';

t.test('the first executable of that name on the path is found', async (t) => {
  const dir = t.testdir({ a: { tool: 'text' }, b: { tool: t.fixture('file', 'x') } });
  const { chmod } = await import('node:fs/promises');
  await chmod(`${dir}/b/tool`, 0o755);
  t.equal(await findProgram('tool', `${dir}/none:${dir}/a:${dir}/b`), `${dir}/b/tool`);
  t.equal(await findProgram('tool', `${dir}/a`), null, 'a file that cannot be run is no program');
  t.match(await findProgram('sh'), /\/bin\/sh$/, "the system's own path by default");
});
