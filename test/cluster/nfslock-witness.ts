import type { Test } from 'tap';
import { type Host, type NfsService, SERVER, waitUntil } from '../../scripts/lab/index.ts';

/** How often the witness that asks again and again does so, milliseconds. */
const EVERY = 20;
/** Seconds that a witness may wait. */
const PATIENCE = 200;

/** Two applications of client 2 that wait for a lock which client 1 holds, as long as it lasts. */
export interface Witness {
  /** What became of them so far: who of them got which answer. */
  readonly answers: () => Readonly<Record<string, string>>;
  /** Client 1 gives the lock up: both get it, one after the other. Shows that they waited for it to the end. */
  readonly relieve: (t: Test) => Promise<void>;
}

/**
 * Lets two applications of client 2 wait for the lock of a file: one asks every 20 ms, one has asked the server to call
 * back. Resolves when both wait.
 */
export async function waitForLock({ c1, c2 }: NfsService, file: string): Promise<Witness> {
  const answers: Record<string, string> = {};
  const since = (await c2.events()).length;
  const wanted = { server: SERVER, file, retryMs: EVERY };
  const waiting = (['holder', 'block'] as const).map((wait) =>
    c2.lock({ ...wanted, wait }, PATIENCE).then(
      ({ status }) => {
        answers[wait] = status;
      },
      (error: unknown) => {
        answers[wait] = String(error);
      },
    ),
  );
  const explain = async () => JSON.stringify(await c2.events(since));
  await waitUntil('client 2 waits for a call of the server', { timeout: 20, explain }, async () =>
    (await c2.events(since)).some(({ event }) => event === 'blocked'),
  );
  return {
    answers: () => answers,
    relieve: async (t) => {
      t.strictSame(answers, {}, 'nobody who waited got the lock');
      await c1.unlock({ server: SERVER, file });
      await Promise.race(waiting);
      await c2.unlock({ server: SERVER, file });
      await Promise.all(waiting);
      await c2.unlock({ server: SERVER, file });
      t.strictSame(answers, { holder: 'NLM4_GRANTED', block: 'NLM4_GRANTED' }, 'both waited to the end');
    },
  };
}

/** How many locks of clients the NFS-Ganesha of a node holds on files: the kernel shows them with its open files. */
export async function locksHeld(node: Host): Promise<number> {
  const { stdout } = await node.run([
    'sh',
    '-c',
    'cat /proc/$(pgrep -xo ganesha.nfsd)/fdinfo/* 2>/dev/null | grep -c OFDLCK',
  ]);
  return Number(stdout);
}
