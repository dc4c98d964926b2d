import t from 'tap';
import { releaseOnLeaving } from '../../../lib/keeper/leaving.ts';
import { exampleService } from '../../support/example-service.ts';
import { ExampleNode, lockManager } from './example-surroundings.ts';

const ADDRESS = '192.0.2.1';

/** Leaves a node whose lock manager is NFS-Ganesha, after the address was there and went. */
async function leave(change: (node: ExampleNode) => void = () => undefined, more = {}, seen = true) {
  const node = new ExampleNode();
  node.lockManager = lockManager(7);
  change(node);
  const events: unknown[] = [];
  const released = await releaseOnLeaving(
    exampleService({ addresses: [ADDRESS], ...more }),
    seen,
    node.surroundings(),
    (event, facts) => events.push([event, facts]),
  );
  return { released, calls: node.released, events };
}

t.test('a service that has left takes its locks with it', async (t) => {
  t.same(await leave(), { released: true, calls: [`ganesha ${ADDRESS}`], events: [] });
  const kernel = (node: ExampleNode) => {
    node.lockManager = lockManager(7, 'kernel');
  };
  t.match(await leave(kernel, { exports: ['/srv/a'] }), { released: true, calls: [`kernel ${ADDRESS}`] });
  t.match(await leave(kernel), { released: false, calls: [] }, 'the kernel knows locks by export only');
});

t.test('what may still be needed here stays', async (t) => {
  const kept = { released: false, calls: [], events: [] };
  t.same(await leave(undefined, { unlockOnStop: false }), kept, 'not wanted');
  t.same(await leave(undefined, {}, false), kept, 'the address never was here');
  t.same(await leave((node) => node.addresses.add(ADDRESS)), kept, 'the address is here');
  t.same(
    await leave((node) => {
      node.stoppedAlone = true;
    }),
    kept,
    'it starts here again',
  );
  t.same(
    await leave((node) => {
      node.lockManager = null;
    }),
    kept,
    'nobody holds locks',
  );
});

t.test('a release that fails is logged', async (t) => {
  const failing = (node: ExampleNode) => {
    node.release = () => Promise.reject(new Error('no D-Bus'));
  };
  t.same(await leave(failing), {
    ...{ released: false, calls: [], events: [['release-failed', { reason: 'no D-Bus' }]] },
  });
});
