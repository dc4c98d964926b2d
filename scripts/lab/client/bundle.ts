import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { build } from 'esbuild';
import { repository } from '../repository.ts';

/** Makes the lock client one CommonJS file that needs nothing but Node. Others may run an older one meanwhile. */
export async function bundleLockClient(outfile: string): Promise<void> {
  const unfinished = `${outfile}.${randomUUID()}`;
  await build({
    entryPoints: [`${repository()}/scripts/lab/client/main.ts`],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    outfile: unfinished,
    logLevel: 'error',
  });
  await rename(unfinished, outfile);
}
