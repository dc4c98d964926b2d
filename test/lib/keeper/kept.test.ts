import { appendFileSync, chmodSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PlacedLines, PlacedOnNode } from '../../../lib/convey/index.ts';
import { takeOver } from '../../../lib/keeper/adoption.ts';
import { keep } from '../../../lib/keeper/kept.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { encodeEntry } from '../../../lib/store/entry.ts';
import { claimEpoch } from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';
import { ExampleNode } from './example-surroundings.ts';

/** A service that was adopted, from a store that may be there already. */
async function scene(t: Test, root: string) {
  const statd = smDirectory(join(root, 'statd'));
  const directory = new RuntimeDirectory('nfs-a', join(root, 'run', 'services'));
  await mkdir(directory.path, { recursive: true });
  const service = exampleService({ sharedDir: join(root, 'store') });
  const surroundings = new ExampleNode().surroundings();
  const placed = new PlacedLines(directory.placedFile);
  const exempt = new PlacedOnNode(placed, () => directory.otherPlacedFiles());
  const adopted = await takeOver(service, statd, surroundings, exempt);
  const seen = { captures: 0, logged: [] as unknown[] };
  const onCapture = () => {
    seen.captures += 1;
  };
  const place = { service, directory, statd, placed, exempt, surroundings, onCapture };
  const kept = keep(adopted, { ...place, log: (event, facts) => seen.logged.push([event, facts]) });
  t.teardown(async () => {
    kept.callout.close();
    kept.share.stop();
    kept.capturing.end();
    await kept.recovering.breakOff();
    await kept.store.close();
  });
  return { kept, statd, seen };
}

t.test(
  'what is captured becomes durable in the store that was adopted, and so does what a recovery makes of it',
  async (t) => {
    const root = t.testdir({ store: {} });
    const { kept, statd, seen } = await scene(t, root);
    // As statd does it: a file that is only filled anew could be overlooked.
    const writes = (text: string) => {
      writeFileSync(join(statd.sm, '.client.new'), text);
      renameSync(join(statd.sm, '.client.new'), join(statd.sm, 'client'));
    };
    t.equal(kept.handedOverTo, null);
    writes(lineOf('client'));
    await kept.capturing.capture();
    t.same([...kept.store.state.current.keys()], ['client']);
    t.equal(seen.captures, 1);
    t.same([kept.damage, seen.logged], [[], []]);
    await kept.writer.push([{ type: 'recovery-begun', at: 1 }]);
    await kept.recovering.begin([]);
    const neighbour = new RuntimeDirectory('nfs-b', join(root, 'run', 'services'));
    await mkdir(neighbour.path);
    const neighbours = new PlacedLines(neighbour.placedFile);
    const [old, theirs] = [lineOf('client', 'older'), lineOf('client', 'placed')];
    neighbours.add([{ name: 'client', modified: 1_000_000, lines: [theirs.trim()] }]);
    writes(old + theirs);
    utimesSync(join(statd.sm, 'client'), 1000, 1000);
    neighbours.added();
    await kept.capturing.capture();
    const line = () => kept.store.state.current.get('client')?.records.map(({ myName }) => myName);
    t.same(line(), ['older'], 'what convey placed for a neighbour is not captured');
    t.equal(kept.store.state.ledger.get('client')?.phase, 'conveyed', 'and nobody has come back by it');
    writes(lineOf('client', 'anew') + theirs);
    await kept.capturing.capture();
    t.same(line(), ['anew']);
    t.equal(kept.store.state.ledger.get('client')?.phase, 'back', 'statd wrote it anew');
  },
);

t.test('what was damaged when the service was adopted is known, and said', async (t) => {
  const root = t.testdir({});
  const dir = join(root, 'store');
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER });
  const store = await claim.establish({ current: [], inherited: [], ledger: [], stateNumber: 7 });
  const file = journalName({ epoch: 1, generation: 1 });
  appendFileSync(join(dir, file), `rubbish\n${encodeEntry({ type: 'number', number: 9 })}`);
  await store.close();
  const { kept, seen } = await scene(t, root);
  const damage = { file, line: 4, reason: 'checksum does not match' };
  t.same(kept.damage, [damage]);
  t.same(seen.logged, [['store-damaged', { places: 1, ...damage }]]);
  t.same(kept.store.state.damage, [], 'of which the new epoch knows nothing');
});

t.test('what the next owner would not believe is noticed while the service is kept', async (t) => {
  const root = t.testdir({});
  const { kept } = await scene(t, root);
  await kept.nextOwner.look(false);
  t.equal(kept.nextOwner.refused, null);
  chmodSync(join(root, 'store', journalName({ epoch: 1, generation: 1 })), 0o664);
  for (let beat = 0; beat < 15; beat++) await kept.nextOwner.look(false);
  t.match(
    kept.nextOwner.refused,
    /its journal can be written by others; chown -R root: it; chmod -R go-w it/,
  );
});
