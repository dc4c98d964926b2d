import { createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { askKeeper, askMonitor } from '../../../lib/keeper/ask.ts';
import { REPORT } from './report.ts';
import { socketPlace } from './socket-place.ts';

/** A keeper that treats each connection like this. @returns its socket. */
async function keeper(t: Test, treat: (socket: Socket) => void): Promise<string> {
  const path = socketPlace(t);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}

function soon(): number {
  return Date.now() + 10_000;
}

t.test('a question is one line, the answer may come in pieces', async (t) => {
  const path = await keeper(t, (socket) => {
    socket.once('data', (request) => {
      t.equal(request.toString(), '{"op":"monitor"}\n');
      const answer = Buffer.from(`${JSON.stringify({ ...REPORT, problems: ['\u00e4'] })}\n`);
      const middle = answer.indexOf(0xc3) + 1;
      socket.write(answer.subarray(0, middle), () => socket.end(answer.subarray(middle)));
    });
  });
  const { clients, lastRecovery, ...answer } = REPORT;
  t.same(await askMonitor(path, soon()), { ...answer, problems: ['\u00e4'] });
});

t.test('an answer that is no report', async (t) => {
  for (const answer of ['', 'no JSON', '{"problems":["storage is gone"]}\n']) {
    const path = await keeper(t, (socket) => {
      socket.resume().end(answer);
    });
    await t.rejects(askKeeper(path, 'report', soon()), {
      code: 'failed',
      message: "the keeper's answer to report is not a report",
      facts: { found: answer },
    });
  }
});

t.test('what a keeper refuses, with its reason', async (t) => {
  const path = await keeper(t, (socket) => {
    socket.once('data', (request) => {
      t.equal(request.toString(), '{"op":"hand-over","to":"n2"}\n');
      socket.end('{"error":"the address is here"}\n');
    });
  });
  await t.rejects(askKeeper(path, { op: 'hand-over', to: 'n2' }, soon()), {
    code: 'failed',
    message: 'the address is here',
  });
});

t.test('nobody listens', async (t) => {
  const path = socketPlace(t);
  await t.rejects(askKeeper(path, 'stop', soon()), {
    code: 'failed',
    message: 'no keeper listens',
    facts: { subject: path },
    cause: { code: 'ENOENT' },
  });
});

t.test('a keeper that hangs is not waited for beyond the deadline', async (t) => {
  const path = await keeper(t, () => {});
  for (const deadline of [Date.now() + 50, Date.now() - 50]) {
    await t.rejects(askKeeper(path, 'report', deadline), { code: 'timed-out' });
    t.ok(Date.now() >= deadline);
  }
});
