import { EventEmitter } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Means } from '../../../lib/cli/means.ts';
import type { TakeOptions } from '../../../lib/cli/storage/take.ts';
import type { AtWork } from '../../../lib/keeper/identities.ts';
import { nodeName } from '../../../lib/node/this-node.ts';
import { encodeEntry } from '../../../lib/store/entry.ts';
import { claimEpoch, type Holder, type StoredFile } from '../../../lib/store/index.ts';
import { journalName } from '../../../lib/store/journal-name.ts';
import { lineOf, smDirectory } from '../capture/sm-directory.ts';
import { HOLDER } from '../store/arbitraries.ts';

/** A service of this process's own: other test files work on stores at the same time. */
export const SERVICE = `nfs-${process.pid}`;

/** The real storage process, as tsc leaves it. */
export const STORAGE = fileURLToPath(new URL('../../../lib/cli/storage/main.js', import.meta.url));

/** Who is at work: a lock manager that started an hour ago. */
export function atWorkSince(startedAt = Date.now() - 3_600_000, identity = 'ganesha 1'): AtWork {
  return { lockManager: { kind: 'ganesha', identity, startedAt }, statd: 'statd 1' };
}

/** A node with a store's directory and a statd directory, on which nothing is started. */
export function byHand(t: Test, sm: readonly string[] = []) {
  const root = t.testdir({ run: {} });
  const dir = join(root, 'store');
  const statd = smDirectory(join(root, 'statd'), Object.fromEntries(sm.map((name) => [name, lineOf(name)])));
  const runtime = join(root, 'run');
  const signals = new EventEmitter();
  const means: Means = { runtime, storage: STORAGE, signals };
  const options: TakeOptions = { dir, service: SERVICE, statdDir: statd.path, takeOver: false, runtime };
  return { root, dir, statd, runtime, signals, means, options };
}

/** What a node leaves in a store: these files, and whether it left in order. */
export async function leave(
  dir: string,
  files: readonly StoredFile[],
  {
    holder = HOLDER,
    inOrder = true,
    service = SERVICE,
    inherited = [],
  }: { holder?: Holder; inOrder?: boolean; service?: string; inherited?: readonly StoredFile[] } = {},
): Promise<void> {
  const claim = await claimEpoch({ dir, service, holder });
  const store = await claim.establish({ current: files, inherited, ledger: [], stateNumber: 7 });
  if (inOrder) await store.commit([{ type: 'ended', at: 5, released: false }]);
  await store.close();
}

/** This node, as a keeper or a command of this boot would say, where those of atWorkSince() are at work. */
export function thisHolder(bootId: string): Holder {
  return { node: nodeName(), bootId, lockManager: 'ganesha 1', statd: 'statd 1' };
}

/** Damages the first epoch of a store, in which nothing else was done than leave(). @returns how that is said */
export function damage(dir: string): string {
  const file = journalName({ epoch: 1, generation: 1 });
  appendFileSync(join(dir, file), `rubbish\n${encodeEntry({ type: 'number', number: 7 })}`);
  return `${file}, line 5: checksum does not match`;
}
