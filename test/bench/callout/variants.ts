import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { directoryForStatd, Room } from './room.ts';

/** No callout, ours for one and for two services, and others. */
export const VARIANTS = ['none', 'lockferry', 'two', 'touch', 'sh', 'node', 'ctdb'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Opens a room where statd has one of the callouts that are compared; each records the client below `dir`. */
export function openRoom(variant: Variant, dir: string, dist: string): Promise<Room> {
  mkdirSync(dir);
  if (variant === 'none') return Room.open(dir, '');
  if (variant === 'lockferry' || variant === 'two') {
    // Out of the repository, which statd's user may not be able to enter.
    const callout = join(dir, 'statd-callout');
    copyFileSync(join(dist, 'statd-callout'), callout);
    chmodSync(callout, 0o755);
    return Room.open(dir, callout, {
      program: resolve(dist, 'keeper.cjs'),
      services: variant === 'two' ? 2 : 1,
    });
  }
  const store = directoryForStatd(join(dir, 'store'));
  const callout = join(dir, 'callout');
  const make = { touch, sh: shell, node: oneShot, ctdb }[variant];
  writeFileSync(callout, make(store), { mode: 0o755 });
  return Room.open(dir, callout);
}

function touch(store: string): string {
  return `#!/bin/sh\n[ "$1" != add-client ] || { touch "${store}/$2" && sync "${store}/$2"; }\n`;
}

/** The same without a process for the file, and with the node's name in it. */
function shell(store: string): string {
  return `#!/bin/sh\n[ "$1" != add-client ] || { echo "$3" >"${store}/$2" && sync "${store}/$2" "${store}"; }\n`;
}

function oneShot(store: string): string {
  return `#!${process.execPath}
const { closeSync, fsyncSync, openSync, writeSync } = require('node:fs');
const [, , event, client, node] = process.argv;
if (event === 'add-client') {
  const file = openSync('${store}/' + client, 'w');
  writeSync(file, node + '\\n');
  fsyncSync(file);
  closeSync(file);
  const directory = openSync('${store}', 'r');
  fsyncSync(directory);
  closeSync(directory);
}
`;
}

/**
 * ctdb's script as Debian has it, but for two things that make it faster: it need not become root, which is what it
 * needs the ctdb command for, and that command is a stand-in that names two addresses at once.
 */
function ctdb(store: string): string {
  const base = join(store, 'ctdb');
  cpSync('/etc/ctdb', base, { recursive: true });
  const script = join(base, 'statd-callout');
  const text = readFileSync(script, 'latin1').replace(/^\[ "\$\(id -u\)" -eq 0 \] .*$/m, '');
  writeFileSync(script, text, { mode: 0o755 });
  const command = join(base, 'stand-in');
  const answer = `echo 'Public IP|Node|'\nprintf '|192.0.2.%s|0|\\n' 1 2`;
  writeFileSync(command, `#!/bin/sh\ncase "$*" in *pnn*) echo 0 ;; *) ${answer} ;; esac\n`, { mode: 0o755 });
  const scripts = directoryForStatd(join(store, 'scripts'));
  const settings = `CTDB_BASE=${base} CTDB=${command} CTDB_SCRIPT_VARDIR=${scripts} NFS_HOSTNAME=n1`;
  return `#!/bin/sh\nexport ${settings}\nexec ${script} "$@"\n`;
}
