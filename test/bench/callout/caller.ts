import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { KEEPER_OPTIONS } from '../../../lib/keeper/keeper-process.ts';
import { encodeCall } from '../../../lib/rpc/index.ts';
import { xdrString, xdrUnsigned } from '../../../lib/rpc/xdr.ts';
import { exampleService } from '../../support/example-service.ts';

/*
 * A lock manager in a room of its own (statd-room.sh): reads client names, has statd monitor each (SM_MON over UDP on
 * loopback) and prints how many milliseconds the answer took. With the arguments STATD_DIRECTORY KEEPER STORE... it
 * starts the keeper of a service for each store first.
 */
const STATD = 32765;
const COOKIE = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

const socket = createSocket('udp4').bind(0, '127.0.0.1');
await once(socket, 'listening');
let xid = 0;

async function call(procedure: number, args: Buffer, again?: number): Promise<Buffer> {
  xid += 1;
  const message = encodeCall(xid, { program: 100024, version: 1, procedure, args });
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(30_000) });
  const send = () => socket.send(message, STATD, '127.0.0.1');
  const retry = again === undefined ? undefined : setInterval(send, again);
  send();
  const [answer] = await answered;
  clearInterval(retry);
  return Buffer.from(answer).subarray(24);
}

async function startKeeper(name: string, statdDir: string, sharedDir: string, keeper: string): Promise<void> {
  const service = exampleService({ name, sharedDir, statdDir, lockManager: 'ganesha' });
  // As it is while clients come: until it has been seen, each capture looks for it.
  execFileSync('ip', ['address', 'replace', `${service.addresses[0]}/32`, 'dev', 'lo']);
  mkdirSync(`/run/lockferry/services/${name}`, { recursive: true, mode: 0o700 });
  writeFileSync(`/run/lockferry/services/${name}/service.json`, JSON.stringify(service));
  const child = spawn(process.execPath, [...KEEPER_OPTIONS, keeper, name], { stdio: 'ignore' });
  const armed = `/run/lockferry/callout/${name}/armed`;
  const end = Date.now() + 20_000;
  while (!existsSync(armed) || statSync(armed).size === 0) {
    if (child.exitCode !== null || Date.now() > end) throw new Error('the keeper did not come up');
    await pause(10);
  }
}

const [statdDirectory = '', keeper = '', ...stores] = process.argv.slice(2);
await call(0, Buffer.alloc(0), 100);
for (const [index, store] of stores.entries())
  await startKeeper(`bench-${index}`, statdDirectory, store, keeper);
process.stdout.write('ready\n');
for await (const name of createInterface({ input: process.stdin })) {
  const id = [xdrString(name), xdrString('n1'), ...[100021, 4, 16].map(xdrUnsigned)];
  const began = performance.now();
  const result = await call(2, Buffer.concat([...id, COOKIE]));
  const took = performance.now() - began;
  process.stdout.write(result.readUInt32BE() === 0 ? `${took.toFixed(3)}\n` : 'refused\n');
}
process.exit(0);
