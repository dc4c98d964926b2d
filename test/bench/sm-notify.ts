import { readdirSync } from 'node:fs';
import { FLOATING, type Room } from '../scale/notifier/room.ts';

let run = 0;

/**
 * Has sm-notify tell these clients in batches of this size, one batch after another, for so many seconds at most.
 * @returns milliseconds, and how many clients it has not told.
 */
export async function smNotify(
  room: Room,
  clients: readonly string[],
  batch: number,
  seconds: number,
): Promise<{ ms: number; left: number }> {
  run += 1;
  const root = `/run/sm-notify-${run}`;
  const directories: string[] = [];
  for (let at = 0; at < clients.length; at += batch) {
    const directory = `${root}/${at}`;
    room.writeRecords(directory, clients.slice(at, at + batch));
    directories.push(directory);
  }
  const loop = `for d in "$@"; do sm-notify -d -f -m 1 -v ${FLOATING} -P $d >/dev/null 2>&1; done`;
  const { ms } = await room.server.run(['sh', '-c', loop, 'sh', ...directories], seconds * 1000);
  const waiting = (directory: string): number =>
    ['sm', 'sm.bak'].reduce(
      (sum, sub) => sum + readdirSync(room.server.path(`${directory}/${sub}`)).length,
      0,
    );
  const left = directories.reduce((sum, directory) => sum + waiting(directory), 0);
  await room.server.run(['rm', '-r', root]);
  return { ms, left };
}
