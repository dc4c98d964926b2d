import { networkInterfaces } from 'node:os';
import t from 'tap';
import { realSurroundings, settlingOn } from '../../../lib/keeper/surroundings.ts';

t.test('the node as it is', async (t) => {
  const { localAddresses, atWork, resolver, settling, countLocks, disk, areOnClusterFileSystem } =
    realSurroundings({
      lockManager: 'ganesha',
    });
  const loopback = (networkInterfaces().lo ?? []).map(({ address }) => address);
  for (const address of loopback) t.ok(localAddresses().has(address), address);
  t.ok('statd' in (await atWork()));
  t.same(await resolver.addresses('127.0.0.9', [4]), ['127.0.0.9']);
  // the test machine has no kernel NFS server, so there is nothing to end
  t.equal(await settling.isOn(), false);
  await settling.end();
  t.same(await countLocks(['/']), { all: 0, own: 0 });
  t.equal(await settling.neededBy('nfs-a', null), null);
  const lockManager = { kind: 'kernel', identity: 'lockd:1:1', startedAt: 0 } as const;
  const { neededBy } = settlingOn(async () => ({ lockManager, statd: null }));
  t.equal(await neededBy('nfs-a', 'lockd:1:1'), null);
  t.match(await neededBy('nfs-a', 'lockd:1:0'), /^nfs-a has not seen yet/);
  t.equal(await areOnClusterFileSystem(['/proc']), false);
  t.equal(disk, undefined, 'the real one');
});
