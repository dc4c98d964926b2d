import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type ReportOptions, report } from '../../../lib/cli/report.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { serviceOf, shortDirectory, terminal } from './reports.ts';

/** A storage process that is quick: one client of `locks` was missed. Any other store cannot be read. */
function means(t: Test) {
  const storage = join(
    t.testdir({
      'storage.cjs': `process.send('started'); process.on('message', ({ id, input }) => process.send(input.endsWith('locks')
        ? { id, fault: null, value: {
          service: 'locks', format: 'record', epoch: 2, since: 1764000000000, stateNumber: 7, ended: null, recoveryEnded: null,
          holder: { node: 'n2', bootId: '', lockManager: null, statd: null }, damage: [], torn: [],
          current: new Map(), inherited: new Map(), ledger: new Map([['192.0.2.1', {
            client: '192.0.2.1', phase: 'missed', number: 7, names: {}, at: 1764000090000 }]]) } }
        : { id, value: null, fault: { code: 'failed', message: 'no store', facts: {} } }));`,
    }),
    'storage.cjs',
  );
  return { storage, runtime: shortDirectory(t), signals: process };
}

async function ran(options: Partial<ReportOptions>, given: ReturnType<typeof means>) {
  const { written, ...streams } = terminal();
  const none = { service: undefined, sharedDir: undefined, html: undefined, json: false };
  return { code: await report({ ...none, ...options }, streams, given), ...written };
}

t.test('of a store, as text and as a page', async (t) => {
  const given = means(t);
  const sharedDir = '/srv/locks';
  t.match(await ran({ sharedDir }, given), {
    code: 0,
    out: /^locks: recovery ended, 1 of 1 client missed\n[\s\S]*192\.0\.2\.1 +missed/,
  });
  const html = join(given.runtime, 'recovery.html');
  t.match(await ran({ sharedDir, html }, given), { code: 0, out: `The page is in ${html}\n` });
  t.match(readFileSync(html, 'utf8'), /^<!DOCTYPE html>\n[\s\S]*1 of 1 client missed[\s\S]*<\/html>\n$/);
});

t.test('of the services of this node, with their event logs, as JSON', async (t) => {
  const given = means(t);
  const { runtime } = given;
  t.match(await ran({}, given), { code: 0, out: 'No service is started on this node.\n' });
  await t.rejects(ran({ html: join(runtime, 'none', 'x') }, given), { message: /cannot write/ });
  await t.rejects(ran({ service: 'nfs-d' }, given), { code: 'bad-parameter' });
  const here = new RuntimeDirectory('locks', runtime);
  await here.create(serviceOf('locks'));
  const facts = { at: 1_764_000_000_000, event: 'adopted', epoch: 2, from: 'n7', inPlace: false };
  writeFileSync(here.eventFile, `${JSON.stringify(facts)}\n`);
  await new RuntimeDirectory('other', runtime).create(serviceOf('other'));
  const { code, out } = await ran({ json: true }, given);
  t.equal(code, 1, 'one store cannot be read, and the others are told of');
  t.match(JSON.parse(out), {
    services: [
      { service: 'locks', problem: null, recovery: { from: 'n7', counts: { missed: 1 } } },
      { service: 'other', problem: 'no store', recovery: null },
    ],
  });
});
