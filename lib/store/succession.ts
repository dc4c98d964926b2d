import { clientsOf } from './files.ts';
import { recorded } from './reducer.ts';
import type { Base, StoreState } from './state.ts';

/**
 * What a new owner starts from: everything that former epochs left is to be recovered, whoever was told or back
 * in them, for the locks of all are gone with the former lock manager. Nothing is captured yet.
 * @param at milliseconds since 1970
 */
export function adopted(former: StoreState | null, at: number): Base {
  const inherited = [...(former?.inherited.values() ?? []), ...(former?.current.values() ?? [])];
  const ledger = [...clientsOf(inherited).keys()].map((client) => recorded(client, at));
  const { stateNumber = null, recoveryEnded = null, lockCount = null } = former ?? {};
  return { current: [], inherited, ledger, stateNumber, recoveryEnded, lockCount };
}

/** What the same holder goes on from: a restart in place, which tells nobody and continues a recovery. */
export function resumed(former: StoreState): Base {
  return {
    current: former.current.values(),
    inherited: former.inherited.values(),
    ledger: former.ledger.values(),
    stateNumber: former.stateNumber,
    recoveryEnded: former.recoveryEnded,
    lockCount: former.lockCount,
  };
}
