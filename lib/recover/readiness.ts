import { sentenceOf } from '../fault.ts';
import { runChecked } from '../node/command.ts';
import type { Service } from '../node/service.ts';
import { answersHere, isRegistered, NFS3, NLM4, NSM1, registeredHere } from '../rpc/index.ts';

/** Who is asked. */
const REAL = { registered: registeredHere, answers: answersHere, run: runChecked };

/** How long a local daemon may take to answer, milliseconds: one that is not there refuses at once, and a node that has just taken over is busy. */
const ANSWER_WITHIN = 5000;

/** What a client's reclaim needs on this node besides address and grace, and does not find yet: one phrase each. */
export async function lacking(
  { exports }: Pick<Service, 'exports'>,
  means: Partial<typeof REAL> = {},
): Promise<string[]> {
  const ask = { ...REAL, ...means };
  try {
    const registered = await ask.registered({ timeout: ANSWER_WITHIN });
    if (!isRegistered(registered, NFS3)) return ['NFS version 3 to be registered with rpcbind'];
    if (!isRegistered(registered, NLM4)) return ['NLM version 4 to be registered with rpcbind'];
    if (!(await ask.answers(NLM4, 'tcp', { timeout: ANSWER_WITHIN }))) return ['NLM version 4 to answer'];
    // The lock manager has it monitor each client before it grants anything: NFS-Ganesha refuses a reclaim for good after 3 s.
    if (!(await ask.answers(NSM1, 'tcp', { timeout: ANSWER_WITHIN }))) return ['rpc.statd to answer'];
    return exports.length === 0 ? [] : await notExported(exports, ask.run);
  } catch (error) {
    return [`rpcbind, NFS, NLM and rpc.statd to answer (${sentenceOf(error)})`];
  }
}

/** mountd's own list (showmount(8)): kernel NFS and NFS-Ganesha both have one. */
async function notExported(wanted: readonly string[], run: typeof runChecked): Promise<string[]> {
  const list = await run(['showmount', '--no-headers', '--exports', '127.0.0.1'], ANSWER_WITHIN);
  const exported = new Set(list.split('\n').map((line) => line.replace(/\s+\S*$/, '')));
  return wanted
    .filter((directory) => !exported.has(directory))
    .map((directory) => `${directory} to be exported`);
}
