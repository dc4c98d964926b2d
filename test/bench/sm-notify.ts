import { readdirSync, writeFileSync } from 'node:fs';
import { FLOATING, type Room } from '../scale/notifier/room.ts';

let run = 0;

/**
 * Has sm-notify tell these clients in batches of this size, one batch after another, for so many seconds at most.
 * @param dns whom it asks for names that are not in /etc/hosts; null: nobody.
 * @returns milliseconds, and how many clients it has not told.
 */
export async function smNotify(
  room: Room,
  clients: readonly string[],
  batch: number,
  seconds: number,
  dns: string | null = null,
): Promise<{ ms: number; left: number }> {
  run += 1;
  const root = `/run/sm-notify-${run}`;
  const directories: string[] = [];
  for (let at = 0; at < clients.length; at += batch) {
    const directory = `${root}/${at}`;
    room.writeRecords(directory, clients.slice(at, at + batch));
    directories.push(directory);
  }
  askForNames(room, dns);
  const loop = `for d in "$@"; do sm-notify -d -f -m 1 -v ${FLOATING} -P $d >/dev/null 2>&1; done`;
  const { ms } = await room.server.run(['sh', '-c', loop, 'sh', ...directories], seconds * 1000);
  askForNames(room, null);
  const waiting = (directory: string): number =>
    ['sm', 'sm.bak'].reduce(
      (sum, sub) => sum + readdirSync(room.server.path(`${directory}/${sub}`)).length,
      0,
    );
  const left = directories.reduce((sum, directory) => sum + waiting(directory), 0);
  await room.server.run(['rm', '-r', root]);
  return { ms, left };
}

/** Where the C library looks for names on the server: the room has both files mounted over those of /etc. */
function askForNames(room: Room, dns: string | null): void {
  writeFileSync(room.server.path('/run/nsswitch.conf'), `hosts: files${dns === null ? '' : ' dns'}\n`);
  writeFileSync(room.server.path('/run/resolv.conf'), dns === null ? '' : `nameserver ${dns}\n`);
}
