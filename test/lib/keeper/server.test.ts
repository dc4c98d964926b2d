import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { Fault } from '../../../lib/fault.ts';
import type { Report, Request } from '../../../lib/keeper/protocol.ts';
import { listen } from '../../../lib/keeper/server.ts';
import { REPORT } from './report.ts';
import { socketPlace } from './socket-place.ts';

async function serverAt(
  t: Test,
  path: string,
  answer: (request: Request) => Promise<Report>,
): Promise<Server> {
  const server = await listen(path, answer);
  t.teardown(() => server.close());
  return server;
}

/** Waits until nobody is connected any more. */
async function emptied(server: Server): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await promisify(server.getConnections).call(server)) > 0) {
    if (Date.now() > deadline) throw new Error('a connection is still there');
    await pause(5);
  }
}

t.test('a request is answered with a report, whoever listened there before', async (t) => {
  const path = socketPlace(t);
  writeFileSync(path, 'left by a crash');
  const asked: Request[] = [];
  await serverAt(t, path, async (request) => {
    asked.push(request);
    return REPORT;
  });
  const whole = connect(path);
  whole.write('{"op":"report"}\n{"op":"stop"}\n');
  t.same(JSON.parse(await text(whole)), REPORT);
  const pieces = connect({ path, allowHalfOpen: true });
  pieces.write('{"op":', () => pieces.end('"monitor"}\n'));
  t.same(JSON.parse(await text(pieces)), REPORT);
  t.same(asked, [{ op: 'report' }, { op: 'monitor' }]);
});

t.test('what cannot be answered is answered with the error', async (t) => {
  const path = socketPlace(t);
  await serverAt(t, path, async () => {
    throw new Fault('failed', 'the storage is gone');
  });
  for (const [request, error] of [
    ['{"op":"report"}\n', 'the storage is gone'],
    ['{"op":"dance"}\n', /op/],
    ['stop\n', /JSON/],
  ] as const) {
    const socket = connect(path);
    socket.write(request);
    t.match(JSON.parse(await text(socket)), { error });
  }
});

t.test('a stranger who says too much, or nothing, is cut off', async (t) => {
  const path = socketPlace(t);
  const server = await serverAt(t, path, async () => {
    throw new Error('nothing was asked');
  });
  const talker = connect(path);
  talker.on('error', () => {});
  talker.write(`${' '.repeat(5000)}{"op":"stop"}\n`);
  talker.resume();
  await once(talker, 'close');
  const mute = connect(path);
  mute.end('{"op"');
  t.equal(await text(mute), '');
  await t.resolves(emptied(server));
});

t.test('whoever leaves before the answer does no harm', async (t) => {
  const path = socketPlace(t);
  const door = new EventEmitter();
  const server = await serverAt(t, path, async ({ op }) => {
    door.emit('asked');
    if (op === 'stop') await once(door, 'left');
    return REPORT;
  });
  const leaver = connect(path);
  leaver.write('{"op":"stop"}\n');
  await once(door, 'asked');
  leaver.destroy();
  await once(leaver, 'close');
  door.emit('left');
  const next = connect(path);
  next.write('{"op":"report"}\n');
  t.same(JSON.parse(await text(next)), REPORT);
  await t.resolves(emptied(server));
});

t.test('a place where no socket can be made', async (t) => {
  const path = join(dirname(socketPlace(t)), 'none/keeper.sock');
  await t.rejects(
    listen(path, async () => REPORT),
    { message: /^listen / },
  );
});
