import { endKernelGrace, readKernelGrace } from '../../lib/node/kernel-grace.ts';
import { dropLocks } from '../../lib/node/kernel-locks.ts';
import { openKernelGrace } from '../../lib/recover/open-grace-kernel.ts';

/** What the library does about grace, as a program for a node: one JSON answer. */
async function act([operation = '', argument = '']: readonly string[]): Promise<unknown> {
  let dropped = false;
  if (operation === 'end') await endKernelGrace();
  if (operation === 'drop') await dropLocks(argument);
  if (operation !== 'open') return { grace: await readKernelGrace() };
  const way = await openKernelGrace({
    needed: 5000,
    neighbours: argument === 'neighbours',
    beforeDrop: async () => {
      dropped = true;
    },
  });
  return { way, dropped, grace: await readKernelGrace() };
}

act(process.argv.slice(2)).then(
  (answer) => console.log(JSON.stringify(answer)),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
