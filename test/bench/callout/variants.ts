import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { directoryForStatd, Room } from './room.ts';

export const VARIANTS = ['none', 'lockferry', 'sh', 'node'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Opens a room where statd has one of the callouts that are compared; each makes the client durable below `dir`. */
export function openRoom(variant: Variant, dir: string): Promise<Room> {
  mkdirSync(dir);
  if (variant === 'none') return Room.open(dir, '');
  if (variant === 'lockferry') {
    // Out of the repository, which statd's user may not be able to enter.
    const callout = join(dir, 'statd-callout');
    copyFileSync(resolve('dist/statd-callout'), callout);
    chmodSync(callout, 0o755);
    return Room.open(dir, callout, resolve('dist/keeper.cjs'));
  }
  const store = directoryForStatd(join(dir, 'store'));
  const callout = join(dir, 'callout');
  writeFileSync(callout, variant === 'sh' ? shell(store) : oneShot(store), { mode: 0o755 });
  return Room.open(dir, callout);
}

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
