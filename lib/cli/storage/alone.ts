import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { errnoOf, Fault } from '../../fault.ts';
import { printable } from '../../printable.ts';

/** Services on whose stores this process works already. */
const ours = new Set<string>();

/**
 * Makes this process the only one of the node that works on a service's store by hand, until it ends: by a socket
 * without a file (unix(7), abstract), which the kernel takes away with the process, and only then, however it ends. So
 * commands that a hung storage holds do not pile up either.
 * @throws Fault `not-ours` where another one is at work
 */
export async function workAlone(service: string): Promise<void> {
  if (ours.has(service)) return;
  const word = createHash('sha256').update(service).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy()).unref();
  await new Promise<void>((resolve, reject) => {
    server.on('error', (cause) => {
      if (errnoOf(cause) !== 'EADDRINUSE') {
        reject(new Fault('failed', 'the right to work on the store could not be had', { cause }));
        return;
      }
      reject(
        new Fault('not-ours', `another lockferry command works on the store of ${printable(service, 80)}`, {
          cure: 'wait until it has ended',
        }),
      );
    });
    server.listen(`\0lockferry/${word}`, resolve);
  });
  ours.add(service);
}
