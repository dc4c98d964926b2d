import { clientsIn, clientsOf, unite } from './files.ts';
import { inFormat } from './record-format.ts';
import type { Base, Change, Damage, Ended, Holder, LedgerEntry, StoredFile, StoreState } from './state.ts';

/**
 * A state under construction. It is changed in place, because a store of 100 000 clients takes thousands of
 * small batches in a recovery and must not copy its maps for each; but only by what it is given: no clock, no
 * file, no chance, so that replaying a journal gives the very state that its writer had.
 */
export interface WorkingState extends StoreState {
  holder: Holder;
  stateNumber: number | null;
  recoveryEnded: number | null;
  lockCount: number | null;
  ended: Ended | null;
  readonly current: Map<string, StoredFile>;
  readonly inherited: Map<string, StoredFile>;
  readonly ledger: Map<string, LedgerEntry>;
  readonly damage: Damage[];
  readonly torn: Damage[];
  /** Client to the names of the inherited files that may hold a record of it. */
  readonly places: Map<string, Set<string>>;
}

/** Who an epoch belongs to, and since when. */
export type Claimant = Pick<StoreState, 'service' | 'format' | 'epoch' | 'holder' | 'since'>;

export function emptyState(claimant: Claimant): WorkingState {
  const { service, format, epoch, holder, since } = claimant;
  return {
    ...{ service, format, epoch, holder, since, stateNumber: null, ended: null, damage: [], torn: [] },
    ...{
      recoveryEnded: null,
      lockCount: null,
      current: new Map(),
      inherited: new Map(),
      ledger: new Map(),
      places: new Map(),
    },
  };
}

/** What an epoch starts from, in its own format, whatever former ones had. */
export function stateFrom(claimant: Claimant, base: Base): WorkingState {
  const state = emptyState(claimant);
  const { format } = claimant;
  for (const file of base.current) unite(state.current, inFormat(format, file));
  for (const file of base.inherited) inherit(state, inFormat(format, file));
  for (const entry of base.ledger) state.ledger.set(entry.client, entry);
  state.stateNumber = base.stateNumber;
  state.ended = base.ended ?? null;
  state.lockCount = base.lockCount ?? null;
  endedBy(state, base.recoveryEnded);
  return state;
}

export function applyChange(state: WorkingState, change: Change): void {
  switch (change.type) {
    case 'captured':
      state.current.set(change.file.name, change.file);
      return;
    case 'removed':
      state.current.delete(change.name);
      return;
    case 'number':
      raiseNumber(state, change.number);
      return;
    case 'noted':
      state.ledger.set(change.entry.client, change.entry);
      if (change.entry.phase === 'back') dropWhoIsBack(state, change.entry.client);
      return;
    case 'holder':
      state.holder = { ...state.holder, lockManager: change.lockManager, statd: change.statd };
      return;
    case 'recovery-begun':
      beginRecovery(state, change.at);
      return;
    case 'recovery-ended':
      endRecovery(state, change.at);
      return;
    case 'locks':
      state.lockCount = change.count;
      return;
    case 'ended':
      state.ended = { at: change.at, released: change.released };
      if (change.to !== undefined) state.ended = { ...state.ended, to: change.to };
  }
}

/** The NSM state number of a service never goes down, whatever order things are read in. */
export function raiseNumber(state: WorkingState, number: number | null): void {
  if (number !== null && number > (state.stateNumber ?? 0)) state.stateNumber = number;
}

/** What was missed stays missed, whatever order things are read in. @param at undefined or null: nothing is known */
export function endedBy(state: WorkingState, at: number | null | undefined): void {
  if (at != null && at > (state.recoveryEnded ?? 0)) state.recoveryEnded = at;
}

/** A ledger entry for a client of whom only its record is known. */
export function recorded(client: string, at: number): LedgerEntry {
  return { client, phase: 'recorded', number: null, names: {}, at };
}

/** Takes over a file of a former epoch, united with one of that name which is inherited already. */
export function inherit(state: WorkingState, file: StoredFile): void {
  unite(state.inherited, file);
  for (const client of clientsIn(file)) {
    const names = state.places.get(client);
    if (names === undefined) state.places.set(client, new Set([file.name]));
    else names.add(file.name);
  }
}

/** Whether it has answered every name that it was told so far. */
export function isTold({ names }: Pick<LedgerEntry, 'names'>): boolean {
  const outcomes = Object.values(names);
  return outcomes.length > 0 && outcomes.every((one) => one === 'answered');
}

/**
 * Who is back without having been told came because of another service of the node: should this keeper die before it has
 * told it, the next one has to know of it.
 */
function dropWhoIsBack(state: WorkingState, client: string): void {
  const isBack = (one: string) => {
    const entry = state.ledger.get(one);
    return entry?.phase === 'back' && isTold(entry);
  };
  for (const name of state.places.get(client) ?? []) {
    const file = state.inherited.get(name);
    if (file !== undefined && [...clientsIn(file)].every(isBack)) state.inherited.delete(name);
  }
}

function beginRecovery(state: WorkingState, at: number): void {
  for (const file of state.current.values()) inherit(state, file);
  state.ledger.clear();
  for (const client of clientsOf(state.inherited.values()).keys()) {
    state.ledger.set(client, recorded(client, at));
  }
}

function endRecovery(state: WorkingState, at: number): void {
  for (const client of clientsOf(state.inherited.values()).keys()) {
    const entry = state.ledger.get(client) ?? recorded(client, at);
    if (entry.phase !== 'back' && entry.phase !== 'present') {
      state.ledger.set(client, { ...entry, phase: 'missed', at });
    }
  }
  state.inherited.clear();
  state.places.clear();
  endedBy(state, at);
}
