import { sh } from './command.ts';
import { load } from './machine.ts';
import type { Size } from './row.ts';

/** When a row was measured, on what code, and beside what else. */
export interface Provenance {
  readonly at: string;
  /** With a `+` where what is measured differs from it; missing where there is no git to ask. */
  readonly commit?: string;
  readonly size: Size;
  readonly load: string;
}

async function commit(): Promise<string | undefined> {
  // Git answers nobody but the owner of a repository.
  const ask = async (question: string) => (await sh(`scripts/as-owner git ${question}`)).trim();
  try {
    const changed = await ask('status --porcelain -- lib agents');
    return `${await ask('rev-parse --short HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return undefined;
  }
}

/** Begins a row. @returns what is to be called when it has been measured. */
export async function provenance(size: Size): Promise<() => Provenance> {
  const code = await commit();
  const before = load();
  return () => ({
    at: new Date().toISOString(),
    ...(code === undefined ? {} : { commit: code }),
    ...{ size, load: `${before} before, ${load()} after` },
  });
}
