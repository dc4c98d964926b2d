import { spawn } from 'node:child_process';
import { killAndReap, listenTo } from './child.ts';
import { outputOf, runBehind, SMALL_ENVIRONMENT } from './command.ts';
import { innermost } from './process-tree.ts';

/** The outer namespaces of one lab, and the process whose end ends everything in them. */
export interface Room {
  /** Process id, on this machine, of the room's first process. */
  readonly pid: number;
  /** How to start a program in the room's namespaces. */
  readonly enter: readonly string[];
  /** The room's own file system as seen from outside; nothing of it is on the machine's disks. */
  path(inside: string): string;
  /** Runs `ip` on the room's network, with process ids as this machine sees them. */
  ip(...argv: string[]): Promise<void>;
  /** Kills the room and returns when every process in it is dead. */
  end(): Promise<void>;
}

/** Builds the room; `logDirectory`, when given, is a directory of this machine (not below /run) for all logs. */
export async function openRoom(repository: string, logDirectory?: string): Promise<Room> {
  const namespaces = ['-m', '-u', '-i', '-n', '-p', '-f', '--kill-child=KILL', '--propagation', 'private'];
  const script = `${repository}/scripts/lab/room.sh`;
  const outer = spawn('unshare', [...namespaces, 'bash', script, logDirectory ?? ''], {
    env: SMALL_ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // A group of its own: an interrupt from the terminal ends the program that made the lab, and then the room.
  await listenTo(outer, 'the room').hear('ready');
  const pid = await innermost(outer.pid ?? 0, 1);
  if (pid === undefined) throw new Error('the room ended at once');

  return {
    pid,
    enter: ['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--'],
    path: (inside) => `/proc/${pid}/root${inside}`,
    async ip(...argv) {
      const outcome = await runBehind(['nsenter', '-t', String(pid), '-n', '--'], ['ip', ...argv], {});
      outputOf(`ip ${argv.join(' ')}`, outcome);
    },
    end: () => killAndReap(outer, pid, 'the room'),
  };
}
