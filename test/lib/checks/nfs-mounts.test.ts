import t from 'tap';
import { nfsMounts } from '../../../lib/checks/nfs-mounts.ts';
import { FakeRoot } from '../node/fake-root.ts';
import { examined, exampleNode } from './example-node.ts';

const line = (source: string, options: string) =>
  `30 20 0:40 / /mnt/${source.replace(/\W/g, '')} rw - nfs ${source} rw,${options}\n`;

t.test('mounts that take part in locking keep lockd running', async (t) => {
  const root = new FakeRoot(t.testdir());
  const found = (table: string, lockManager: 'auto' | 'ganesha' = 'auto') => {
    root.put({ 'proc/self/mountinfo': table });
    return nfsMounts.look(exampleNode({ root: root.path }), examined({ lockManager }));
  };
  t.match(await found(line('a:/x', 'vers=3,nolock')), {
    verdict: 'ok',
    evidence: 'none takes part in locking',
  });
  t.match(await found(line('a:/x', 'vers=3')), {
    verdict: 'warning',
    evidence: 'a:/x on /mnt/ax',
    cure: /nolock/,
  });
  t.match(await found(line('a:/x', 'vers=3') + line('b:/y', 'vers=3')), {
    evidence: 'a:/x on /mnt/ax, and 1 more',
  });
  t.match(await found(line('a:/x', 'vers=3'), 'ganesha'), { verdict: 'ok' });
});
