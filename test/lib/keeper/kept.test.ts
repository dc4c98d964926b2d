import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { PlacedLines, PlacedOnNode } from '../../../lib/convey/index.ts';
import { takeOver } from '../../../lib/keeper/adoption.ts';
import { keep } from '../../../lib/keeper/kept.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { ExampleNode } from './example-surroundings.ts';

t.test(
  'what is captured becomes durable in the store that was adopted, and so does what a recovery makes of it',
  async (t) => {
    const root = t.testdir({ store: {} });
    const statd = smDirectory(join(root, 'statd'));
    const directory = new RuntimeDirectory('nfs-a', join(root, 'run', 'services'));
    await mkdir(directory.path, { recursive: true });
    const service = exampleService({ sharedDir: join(root, 'store') });
    const surroundings = new ExampleNode().surroundings();
    const placed = new PlacedLines(directory.placedFile);
    const exempt = new PlacedOnNode(placed, () => directory.otherPlacedFiles());
    const adopted = await takeOver(service, statd, surroundings, exempt);
    let captures = 0;
    const onCapture = () => {
      captures += 1;
    };
    const place = { service, directory, statd, placed, exempt, surroundings, onCapture };
    const kept = keep(adopted, { ...place, log: () => undefined });
    t.teardown(async () => {
      kept.callout.close();
      kept.share.stop();
      kept.capturing.end();
      await kept.recovering.breakOff();
      await kept.store.close();
    });
    // As statd does it: a file that is only filled anew could be overlooked.
    const writes = (text: string) => {
      writeFileSync(join(statd.sm, '.client.new'), text);
      renameSync(join(statd.sm, '.client.new'), join(statd.sm, 'client'));
    };
    t.equal(kept.handedOverTo, null);
    writes(lineOf('client'));
    await kept.capturing.capture();
    t.same([...kept.store.state.current.keys()], ['client']);
    t.equal(captures, 1);
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
