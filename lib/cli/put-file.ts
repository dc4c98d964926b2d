import { rename, rm, writeFile } from 'node:fs/promises';
import { errnoOf, Fault } from '../fault.ts';
import { printable } from '../printable.ts';

/**
 * Writes a file in one step: who reads it meanwhile finds the old one or the new one, whole. Beside it, until then, lies
 * one that does not end as it does, so that no collector of such files takes it for one.
 * @throws Fault `failed` that names the file
 */
export async function putFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    await writeFile(beside, text, { mode: 0o644, flag: 'wx' });
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new Fault('failed', `cannot write ${printable(path, 1000)} (${errnoOf(cause)})`, {
      subject: path,
      cause,
    });
  }
}
