import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes the lock client one CommonJS file that needs nothing but Node. Others may run an older one meanwhile. */
export async function bundleLockClient(outfile: string): Promise<void> {
  const unfinished = `${outfile}.${randomUUID()}`;
  await build({
    // Without its extension: this module runs compiled (.js) beside a compiled main, or as TypeScript beside main.ts.
    entryPoints: [fileURLToPath(new URL('./main', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    outfile: unfinished,
    logLevel: 'error',
  });
  await rename(unfinished, outfile);
}
