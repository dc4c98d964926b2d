import { resolve } from 'node:path';
import type { Means } from './means.ts';
import type { TakeOptions } from './storage/take.ts';

/** What a command line says about the store that is to be taken; undefined: not given. */
export interface TakeWords {
  readonly sharedDir: string;
  readonly service?: string | undefined;
  readonly statdDir: string | undefined;
  readonly takeOver: boolean;
}

/** The same for the storage process, whose current directory is another one. */
export function takeOptions(
  { sharedDir, service, statdDir, takeOver }: TakeWords,
  { runtime }: Pick<Means, 'runtime'>,
): TakeOptions & { readonly service: string | null } {
  const dirs = { dir: resolve(sharedDir), statdDir: statdDir === undefined ? null : resolve(statdDir) };
  return { ...dirs, service: service === undefined ? null : service, takeOver, runtime };
}
