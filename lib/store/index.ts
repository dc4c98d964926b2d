export { type Claim, type ClaimOptions, claimEpoch } from './claim.ts';
export type { Disk } from './disk.ts';
export { clientsIn, clientsOf, mergeFiles, storedFile, unitedByName } from './files.ts';
export { readStore } from './history.ts';
export type { Standing } from './place.ts';
export type { RecordFormat } from './record-format.ts';
export { isTold } from './reducer.ts';
export type {
  Base,
  Change,
  Damage,
  Holder,
  LedgerEntry,
  Phase,
  StoredFile,
  StoreState,
} from './state.ts';
export type { Store } from './store.ts';
export { adopted, resumed } from './succession.ts';
