import t from 'tap';
import { guardGrace, isGraceOver, refuseAbsent } from '../../../lib/cli/grace.ts';
import { atWorkSince } from './by-hand.ts';

const { lockManager } = atWorkSince();
const grace = (on: boolean | null) => ({ isGraceOn: async () => on, lacking: async () => [] });

t.test('grace is over only where it is certain', async (t) => {
  t.equal(await isGraceOver(lockManager, grace(false)), true);
  t.equal(await isGraceOver(lockManager, grace(true)), false);
  t.equal(await isGraceOver(lockManager, grace(null)), false, 'nfsd has no threads just now');
  t.equal(await isGraceOver(null, grace(false)), false, 'nobody could say so');
  t.equal(
    await isGraceOver(atWorkSince(Date.now()).lockManager, grace(false)),
    false,
    'it may be about to begin',
  );
  const mute = { isGraceOn: () => Promise.reject(new Error('no answer')) };
  t.equal(await isGraceOver(lockManager, mute), false);
});

t.test('nobody is told where no reclaim can succeed', async (t) => {
  const isOver = await guardGrace(false, lockManager, grace(true));
  t.equal(await isOver(), false);
  t.equal(await (await guardGrace(true, null))(), false, 'where that is wanted, nothing is asked');
  await t.rejects(guardGrace(false, null, grace(true)), { code: 'bad-node', message: /no lock manager/ });
  await t.rejects(guardGrace(false, lockManager, grace(false)), {
    message: /grace is not on.*--outside-grace/,
  });
  const notYet = { ...grace(true), lacking: async () => ['NLM version 4 to answer'] };
  await t.rejects(guardGrace(false, lockManager, notYet), {
    message: /waiting for NLM version 4 to answer/,
  });
});

t.test('clients are told from addresses of this node', async (t) => {
  refuseAbsent(['127.0.0.1']);
  const asked = { localAddresses: () => new Set(['192.0.2.1']) };
  refuseAbsent(['192.0.2.1'], asked);
  t.throws(() => refuseAbsent(['192.0.2.1', '192.0.2.2'], asked), {
    code: 'bad-node',
    message: 'this node does not have address 192.0.2.2',
  });
});
