import { chmodSync, chownSync, lchownSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { statdOwner } from '../../../lib/checks/statd-owner.ts';
import { examined, exampleNode } from './example-node.ts';

function node(t: Test, owner = 101, mode = 0o700) {
  const root = t.testdir({ var: { lib: { nfs: { sm: {} } } } });
  const sm = join(root, 'var/lib/nfs/sm');
  chownSync(sm, owner, 65534);
  chmodSync(sm, mode);
  return exampleNode({ root });
}

t.test('statd\u2019s directory must be there, and its sm/ belong to statd alone', async (t) => {
  const found = (root: ReturnType<typeof node>, statdDir: string | null = null) =>
    statdOwner.look(root, examined({ statdDir }));
  t.match(await found(node(t)), { verdict: 'ok', evidence: '/var/lib/nfs/sm belongs to uid 101' });
  t.match(await found(node(t), '/srv/none'), {
    ...{ verdict: 'bad', fault: 'bad-node', cure: 'correct statd_dir' },
    evidence: "statd's directory /srv/none does not exist",
  });
  t.match(await found(node(t), '/var/lib'), { verdict: 'warning', evidence: '/var/lib/sm does not exist' });
  t.match(await found(node(t, 0)), { verdict: 'warning', evidence: '/var/lib/nfs/sm belongs to root' });
  for (const mode of [0o777, 0o500]) {
    const evidence = `/var/lib/nfs/sm has mode ${mode.toString(8)}`;
    t.match(await found(node(t, 101, mode)), { verdict: 'bad', evidence, cure: 'chmod 700 /var/lib/nfs/sm' });
  }
});

t.test('a defect of the check itself is not taken for a verdict', async (t) => {
  const broken = exampleNode({ root: 1 as never });
  await t.rejects(statdOwner.look(broken, examined({ statdDir: '/a' })), TypeError);
});

t.test('a link in the place of sm/ counts where root made it', async (t) => {
  const linked = node(t);
  const sm = join(linked.root, 'var/lib/nfs/sm');
  renameSync(sm, join(linked.root, 'elsewhere'));
  symlinkSync(join(linked.root, 'elsewhere'), sm);
  t.match(await statdOwner.look(linked, examined()), { verdict: 'ok' });
  lchownSync(sm, 101, 65534);
  t.match(await statdOwner.look(linked, examined()), {
    ...{ verdict: 'bad', evidence: "/var/lib/nfs/sm is a link that is not root's" },
    cure: /chown -h root/,
  });
});
