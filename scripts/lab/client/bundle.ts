import { randomUUID } from 'node:crypto';
import { readdir, rename, stat } from 'node:fs/promises';
import { build } from 'esbuild';
import { repository } from '../repository.ts';

/**
 * Makes the lock client one CommonJS file that needs nothing but Node, unless it is there and newer than its sources.
 * Others may run an older one meanwhile.
 */
export async function bundleLockClient(outfile: string): Promise<void> {
  const sources = `${repository()}/scripts/lab/client`;
  if (await isNewest(outfile, sources)) return;
  const unfinished = `${outfile}.${randomUUID()}`;
  await build({
    entryPoints: [`${sources}/main.ts`],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    outfile: unfinished,
    logLevel: 'error',
  });
  await rename(unfinished, outfile);
}

async function isNewest(outfile: string, sources: string): Promise<boolean> {
  const made = await stat(outfile).catch(() => undefined);
  if (made === undefined) return false;
  const files = [sources, ...(await readdir(sources)).map((name) => `${sources}/${name}`)];
  const changes = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  return changes.every((change) => change < made.mtimeMs);
}
