import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { PlacedLines } from '../../../lib/convey/index.ts';
import { takeOver } from '../../../lib/keeper/adoption.ts';
import { keep } from '../../../lib/keeper/kept.ts';
import { RuntimeDirectory } from '../../../lib/node/runtime-directory.ts';
import { exampleService } from '../../support/example-service.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { fileOf } from '../store/arbitraries.ts';
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
    const adopted = await takeOver(service, statd, surroundings, placed);
    const kept = keep(adopted, { service, directory, statd, placed, surroundings, log: () => undefined });
    t.teardown(async () => {
      kept.callout.close();
      kept.share.stop();
      kept.capturing.end();
      await kept.recovering.breakOff();
      await kept.store.close();
    });
    t.equal(kept.handedOverTo, null);
    writeFileSync(join(statd.sm, 'client'), lineOf('client'));
    await kept.capturing.capture();
    t.same([...kept.store.state.current.keys()], ['client']);
    await kept.writer.push([{ type: 'recovery-begun', at: 1 }]);
    await kept.recovering.begin([]);
    t.same(kept.recovering.seen(fileOf('client')).length, 1, 'it was expected');
  },
);
