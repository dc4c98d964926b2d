import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { attributeName, withdrawAttributes } from '../../../lib/node/cluster-attributes.ts';

t.test('each attribute of the service is unset, and nobody waits for that', async (t) => {
  const program = join(t.testdir({ said: '' }), 'updater');
  writeFileSync(program, '#!/bin/sh\necho "$@" >>"$(dirname "$0")/said"\n');
  chmodSync(program, 0o755);
  withdrawAttributes('nfs-a', program);
  const said = () =>
    readFileSync(join(program, '..', 'said'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  while (said().length < 3) await pause(10);
  t.same(said().sort(), [
    '--name lockferry-nfs-a-clients --delete',
    '--name lockferry-nfs-a-lag --delete',
    '--name lockferry-nfs-a-recovery --delete',
  ]);
  t.equal(attributeName('nfs-a', 'lag'), 'lockferry-nfs-a-lag');
});

t.test('without Pacemaker nothing happens', async (t) => {
  withdrawAttributes('nfs-a', '/none/attrd_updater');
  await pause(100);
  t.pass('and nothing is thrown');
});
