import t from 'tap';
import { storePlace } from '../../../lib/checks/store-place.ts';
import { examined, exampleNode } from './example-node.ts';

t.test(
  'the lock store has no business in statd\u2019s directory, nor on a file system of this boot',
  async (t) => {
    const root = t.testdir({ var: { lib: { nfs: { sm: {} } } } });
    for (const [sharedDir, statdDir, verdict] of [
      ['/var/lib/nfs/locks', null, 'bad'],
      ['/var/lib/nfs', '/srv/none', 'bad'],
      ['/var/lib/nfs', '/var/lib', 'bad'],
      ['/var/lib/nfs-locks', null, 'ok'],
      ['/run/locks', null, 'warning'],
      ['/dev', null, 'warning'],
      ['/runtime', null, 'ok'],
    ] as const) {
      const found = await storePlace.look(exampleNode({ root }), examined({ sharedDir, statdDir }));
      t.match(found, { verdict }, sharedDir);
    }
  },
);
