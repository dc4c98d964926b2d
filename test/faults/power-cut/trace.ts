import { dirname } from 'node:path';

/** What a call did to durable storage; paths are absolute. */
export type Step =
  | { readonly kind: 'mkdir' | 'create' | 'unlink' | 'sync-file' | 'sync-directory'; readonly path: string }
  /** What was written is not certain to be on disk, and no later sync makes it so: the kernel has forgotten it. */
  | { readonly kind: 'sync-failed'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number };

/** A step, and when its call was entered: milliseconds since 1970, to the microsecond. */
export type TracedStep = Step & { readonly at: number };

/** All calls that can change a file system, in the words of strace -e trace=. */
export const TRACED =
  'open,openat,creat,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat,' +
  'write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,sync,syncfs,' +
  'sync_file_range,copy_file_range,sendfile,splice,io_uring_enter';

/** A call as strace shows it; `at` is when it was entered, milliseconds since 1970. */
export interface Call {
  readonly at: number;
  readonly name: string;
  readonly args: string;
  readonly result: string;
}

/**
 * Reads what `strace -f -ttt -y -s N -e trace=TRACED` wrote (one thread's call a line; one that others interrupt comes
 * in two) and gives the steps in and below a directory, and the syncs of its parent, in the order in which the calls ended.
 * @throws for a call on those files that this harness does not understand: what it does not know it cannot replay.
 */
export function stepsIn(trace: string, top: string): TracedStep[] {
  const parent = dirname(top);
  const within = (path: string) => path === top || path.startsWith(`${top}/`);
  return callsIn(trace).flatMap((call) => {
    const { name, args, result, at } = call;
    if (name === 'io_uring_enter') throw new Error('calls through io_uring cannot be seen');
    if (!args.includes(parent) || result.startsWith('-1')) return [];
    const path = pathOf(call);
    if (path === parent && name === 'fsync') return [{ kind: 'sync-directory', path, at }];
    // A file that is gone, and that nobody can find again after a power cut.
    if (path.endsWith(' (deleted)') || !within(path)) return [];
    const step = stepOf(call, path);
    return step === null ? [] : [{ ...step, at }];
  });
}

/** The calls in a trace, in the order in which they ended. */
export function callsIn(trace: string): Call[] {
  const begun = new Map<string, { at: string; text: string }>();
  const calls: Call[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', at = '', text = ''] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(text)?.[1];
    if (unfinished !== undefined) {
      begun.set(thread, { at, text: unfinished });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const first = resumed === undefined ? undefined : begun.get(thread);
    const whole = first === undefined ? text : first.text + resumed;
    const [, name, args, result] = /^(\w+)\((.*)\) += (.*)$/.exec(whole) ?? [];
    if (name === undefined || args === undefined || result === undefined) continue;
    calls.push({ at: Number(first?.at ?? at) * 1000, name, args, result });
  }
  return calls;
}

/** What a call writes, latin1; empty: it is none that writes. */
export function writtenBy({ name, args }: Pick<Call, 'name' | 'args'>): string {
  if (name !== 'write' && name !== 'pwrite64') return '';
  return unquoted(/^\d+<[^>]*>, "((?:[^"\\]|\\.)*)"/s.exec(args)?.[1] ?? '');
}

/** Files that some call has made, written, renamed or removed; each once. */
export function changedIn(trace: string): string[] {
  const changed = callsIn(trace).filter(({ name, args, result }) => {
    if (result.startsWith('-1')) return false;
    if (name === 'open' || name === 'openat') return /O_CREAT|O_TRUNC|O_WRONLY|O_RDWR/.test(args);
    return !name.includes('sync');
  });
  return [...new Set(changed.map(pathOf))].filter((path) => path.startsWith('/'));
}

/** The file that a call is about: that of its descriptor, or the first path that it names. */
function pathOf({ args, result }: Call): string {
  const descriptor = /^\d+<([^>]*)>/.exec(args)?.[1] ?? /^\d+<([^>]*)>/.exec(result)?.[1];
  return descriptor ?? unquoted(/"((?:[^"\\]|\\.)*)"/.exec(args)?.[1] ?? '');
}

function stepOf({ name, args, result }: Call, path: string): Step | null {
  switch (name) {
    case 'open':
    case 'openat':
      if (!args.includes('O_CREAT')) return null;
      if (!args.includes('O_EXCL')) break;
      return { kind: 'create', path };
    case 'mkdir':
    case 'mkdirat':
      return { kind: 'mkdir', path };
    case 'unlink':
      return { kind: 'unlink', path };
    case 'unlinkat':
      if (!/, 0$/.test(args)) break;
      return { kind: 'unlink', path };
    case 'fsync':
      return { kind: path.endsWith('.journal') ? 'sync-file' : 'sync-directory', path };
    case 'fdatasync':
      return { kind: 'sync-file', path };
    case 'ftruncate':
      return { kind: 'truncate', path, size: Number(/, (\d+)$/.exec(args)?.[1]) };
    case 'pwrite64': {
      const [, text, offset] = /^\d+<[^>]*>, "((?:[^"\\]|\\.)*)", \d+, (\d+)$/s.exec(args) ?? [];
      if (text === undefined) break;
      const bytes = Buffer.from(unquoted(text), 'latin1').subarray(0, Number(result));
      return { kind: 'write', path, offset: Number(offset), bytes };
    }
  }
  throw new Error(`this call is not understood: ${name}(${args.slice(0, 200)}) = ${result}`);
}

const NAMED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** Undoes strace's quoting, which is that of C. */
function unquoted(text: string): string {
  return text.replace(/\\([0-7]{1,3}|.)/gs, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (NAMED[code] ?? code),
  );
}
