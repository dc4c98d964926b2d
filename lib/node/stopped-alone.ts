import { runCommand } from './command.ts';

/**
 * How long the cluster may take to say, milliseconds, on a node that has more than enough to do; a cluster that is shutting
 * down may not answer at all.
 */
const ANSWER_WITHIN = 2000;

/**
 * Was this resource alone told to stop, by a target-role of its own? That is what `crm resource restart` and `pcs
 * resource restart` do: the service comes back here, and its locks must stay. A move, a standby and a stop of the
 * whole group leave it alone. Where the cluster does not answer, the answer is no.
 */
export async function wasStoppedAlone(name: string, run: typeof runCommand = runCommand): Promise<boolean> {
  // crmsh writes Stopped, crm_resource --restart, which is behind pcs, stopped.
  const stopped = "@name='target-role' and (@value='Stopped' or @value='stopped')";
  const own = `//primitive[@id='${name}']/meta_attributes/nvpair[${stopped}]`;
  try {
    const { exitCode } = await run(['cibadmin', '--query', '--local', '--xpath', own], ANSWER_WITHIN);
    return exitCode === 0;
  } catch {
    return false;
  }
}
