import t from 'tap';
import { writeStateFile } from '../../../lib/nsm/state-file.ts';
import { reserveNumber } from '../../../lib/recover/reserve-number.ts';
import { claimEpoch, readStore } from '../../../lib/store/index.ts';
import { byHand } from '../cli/by-hand.ts';
import { HOLDER } from '../store/arbitraries.ts';

t.test('the number rises above the stored one and the local one, and is durable', async (t) => {
  const { dir, statd } = byHand(t);
  const claim = await claimEpoch({ dir, service: 'nfs-a', holder: HOLDER });
  const store = await claim.establish({ current: [], inherited: [], ledger: [], stateNumber: 7 });
  t.equal(await reserveNumber(store, statd), 9);
  t.equal((await readStore(dir)).stateNumber, 9);
  await writeStateFile(statd.state, 101);
  t.equal(await reserveNumber(store, statd, 2), 103);
  t.equal((await readStore(dir)).stateNumber, 105, 'and those ahead of it');
  t.equal(await reserveNumber(store, statd), 107);
  await store.close();
});
