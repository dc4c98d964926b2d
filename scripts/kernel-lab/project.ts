import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top directory, wherever this file was compiled to. */
export const PROJECT = topOf(dirname(fileURLToPath(import.meta.url)));

function topOf(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : topOf(dirname(directory));
}

/** Where the lab's scripts and C source are. */
export const LAB_SOURCES = join(PROJECT, 'scripts', 'kernel-lab');
