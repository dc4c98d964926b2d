import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { printable } from '../../printable.ts';

export interface SmNotifyOptions {
  /** A statd directory of its own, as `-P` wants it. */
  readonly directory: string;
  /** Announced, and looked up for the address that it sends from. */
  readonly name: string;
  /** 0: a free privileged port. */
  readonly sourcePort: number;
  /** Files that only seem to be written. */
  readonly shielded?: readonly string[];
  /** unshare(1). */
  readonly unshare?: string;
}

/** An sm-notify that was started. */
export interface SmNotify {
  /** How it ended; null: it runs. */
  ended(): string | null;
  /** Ends it, at once. */
  end(): Promise<void>;
}

/**
 * What sm-notify writes besides its directory, and belongs to the whole node: the kernel's copy of the state number, and
 * the end of lockd's grace period when there is nobody to tell.
 */
const SHIELDED = ['/proc/sys/fs/nfs/nsm_local_state', '/proc/fs/lockd/nlm_end_grace'] as const;

/** Where sm-notify sees its directory: as statd's user it could not go through ours, which are root's alone. */
const SEEN_AT = '/tmp';

const SCRIPT = `for file in $SHIELDED; do
  [ ! -e "$file" ] || mount --bind /dev/null "$file" || exit 1
done
mount --bind "$DIRECTORY" ${SEEN_AT} && exec sm-notify "$@"`;

/** Characters that are kept of what it says. */
const SAID_LIMIT = 2000;

/**
 * Starts nfs-utils' sm-notify(8), in the foreground, until everybody has answered, however long that takes. In a mount
 * namespace of its own it cannot reach what belongs to the node; the default directory's pid file is not used with -P.
 * What is unmounted on the node goes from there, too: the disk of a service that moves away would be in use until its end.
 */
export function startSmNotify(options: SmNotifyOptions): SmNotify {
  const { directory, name, sourcePort, shielded = SHIELDED, unshare = 'unshare' } = options;
  const port = sourcePort === 0 ? [] : ['-p', String(sourcePort)];
  const args = ['-d', '-f', '-m', '0', '-P', SEEN_AT, '-v', name, ...port];
  const apart = ['--mount', '--propagation', 'slave'];
  const child = spawn(unshare, [...apart, 'sh', '-c', SCRIPT, 'sm-notify', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      SHIELDED: shielded.join(' '),
      DIRECTORY: directory,
    },
  });
  let said = '';
  let ending: string | null = null;
  child.stderr.setEncoding('latin1').on('data', (text: string) => {
    said = (said + text).slice(-SAID_LIMIT);
  });
  // Where unshare cannot be run, an error comes in place of an end.
  const ended = once(child, 'close').catch((error: Error) => {
    said = error.message;
  });
  const closed = ended.then(() => {
    const last = said.trim().split('\n').at(-1);
    ending = printable(`exit code ${child.exitCode ?? 'of a signal'}: ${last}`, 200);
  });
  return {
    ended: () => ending,
    end: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
