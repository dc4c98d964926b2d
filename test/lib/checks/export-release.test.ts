import t from 'tap';
import { exportRelease } from '../../../lib/checks/export-release.ts';
import { examined, exampleCib, exampleNode, NFSLOCK, primitive } from './example-node.ts';

function found(...values: readonly (string | null)[]) {
  const resources = values.map((value, at) =>
    primitive(`export-${at}`, 'ocf:heartbeat:exportfs', {
      directory: `/srv/nfs/${at}`,
      ...(value === null ? {} : { unlock_on_stop: value }),
    }),
  );
  const exports = values.map((_, at) => `/srv/nfs/${at}`);
  return exportRelease.look(
    exampleCib([NFSLOCK, ...resources].join('')),
    examined({ exports }),
    exampleNode(),
  );
}

t.test('exportfs is told to leave the locks alone', async (t) => {
  t.match(await found('0', 'false'), { verdict: 'ok' });
  t.match(await found(), { verdict: 'ok' }, 'somebody else exports');
});

t.test('it releases them unless told otherwise', async (t) => {
  t.match(await found(null), {
    ...{ verdict: 'warning', evidence: 'export-0: unlock_on_stop' },
    cure: 'unlock_on_stop=0 for export-0; nfslock releases the locks of its exports',
  });
  t.match(await found('0', '', '1', 'TRUE'), { evidence: 'export-1, export-2, export-3: unlock_on_stop' });
});
