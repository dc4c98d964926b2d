import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { NLM, NLM_PROC } from '../../scripts/lab/client/nlm.ts';
import { decodeReply, encodeCall, RecordStream, toRecord } from '../../scripts/lab/client/rpc-message.ts';
import { connectPrivileged } from '../../scripts/lab/client/tcp.ts';
import { XdrWriter } from '../../scripts/lab/client/xdr.ts';

/*
 * The first locks of many clients, as lockd meets them (fs/lockd/mon.c): for each client one SM_MON with its address,
 * over one TCP connection to the rpc.statd of this network namespace; the lock would be granted once that is answered.
 * It lives outside the node's process namespace, so that it is there to tell when the node is not.
 *
 * usage: stream.js NODE_NAME CLIENTS_PER_SECOND. Prints `ADDRESS WHEN TOOK`, both in milliseconds, for each lock that is
 * granted, and ends when statd does.
 */
const STATD = { host: '127.0.0.1', port: 32765, program: 100024, version: 1, procedure: 2 };
const [node = '', rate = ''] = process.argv.slice(2);

const socket = await connectPrivileged(STATD);
const replies = new RecordStream();
let granted = (_reply: Buffer) => {};
socket.on('data', (chunk) => {
  for (const reply of replies.push(chunk)) granted(reply);
});
socket.on('close', () => process.exit(0));

for (let client = 1; ; client += 1) {
  const address = `10.77.${client >> 8}.${client & 0xff}`;
  const args = new XdrWriter().string(address).string(node);
  args.u32(NLM.program).u32(3).u32(NLM_PROC.smNotify).fixed(randomBytes(16));
  const reply = new Promise<Buffer>((resolve) => {
    granted = resolve;
  });
  const asked = performance.now();
  socket.write(toRecord(encodeCall(client, STATD, null, args.bytes())));
  if (decodeReply(await reply).u32() !== 0) throw new Error(`rpc.statd does not monitor ${address}`);
  const now = performance.now();
  process.stdout.write(`${address} ${performance.timeOrigin + now} ${now - asked}\n`);
  // Clients come as they like: the time to the next one is distributed exponentially.
  await pause((-Math.log(1 - Math.random()) * 1000) / Number(rate));
}
