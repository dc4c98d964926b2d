import { EventEmitter } from 'node:events';
import t from 'tap';
import yargs from 'yargs';
import { doctor, doctorOptions } from '../../../lib/cli/doctor.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { terminal } from './reports.ts';

t.test('this machine is looked at, whatever is wrong with it', async (t) => {
  const runtime = `${t.testdir({ run: {} })}/run/services`;
  await new RuntimeDirectory('nfs-a', runtime).create(exampleService());
  const means = { runtime, storage: '/nonexistent/lockferry-storage.cjs', signals: new EventEmitter() };
  const said = terminal();
  const code = await doctor({ json: true }, said, means);
  const { worst, findings } = JSON.parse(said.written.out);
  t.equal(worst, 'bad');
  t.equal(code, 5);
  const store = findings.find((each: { code: string }) => each.code === 'lock-store');
  t.match(store, { service: 'nfs-a', verdict: 'bad', consequence: String, cure: String });
  t.match(
    findings.find((each: { code: string }) => each.code === 'node-version'),
    { consequence: null, cure: null },
  );
  const text = terminal();
  t.equal(await doctor({ json: false }, text, means), 5);
  t.match(text.written.out, /^ok [\s\S]*\nBAD [\s\S]*\n[^\n]+: \d+ bad, .* ok\n$/);
});

t.test('only root sees enough', async (t) => {
  const means = { storage: '/nonexistent/lockferry-storage.cjs', signals: new EventEmitter() };
  process.seteuid?.(65534);
  const refused = doctor({ json: true }, terminal(), means);
  process.seteuid?.(0);
  await t.rejects(refused, { code: 'failed', message: 'run it as root' });
});

t.test('it has an example', async (t) => {
  const help = await doctorOptions(yargs()).getHelp();
  t.match(help, 'lockferry doctor --json');
});
