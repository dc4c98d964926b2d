import t from 'tap';
import { privilegedPorts, withLocalPort } from '../../../lib/rpc/privileged-port.ts';

const errno = (code: string): Error => Object.assign(new Error(code), { code });

t.test('all privileged ports that belong to nobody, upper ones first', async (t) => {
  const ports = privilegedPorts();
  t.equal(new Set(ports).size, ports.length);
  t.ok(ports.length > 450);
  t.ok(ports.every((port) => port >= 512 && port <= 1023));
  for (const port of [623, 631, 636, 664, 993, 995]) t.notOk(ports.includes(port), String(port));
  t.ok(ports.slice(0, 380).every((port) => port >= 600));
  const starts = new Set(Array.from({ length: 30 }, () => privilegedPorts()[0]));
  t.ok(starts.size > 5, 'the start is random');
});

t.test('the next port is tried while one is taken', async (t) => {
  const tried: number[] = [];
  const got = await withLocalPort('10.0.0.1', 'privileged', async (port) => {
    tried.push(port);
    if (tried.length < 4) throw errno('EADDRINUSE');
    return port;
  });
  t.equal(tried.length, 4);
  t.equal(got, tried[3]);
});

t.test('a port that was asked for is the only one that is tried', async (t) => {
  await t.rejects(
    withLocalPort('10.0.0.1', 700, async () => {
      throw errno('EADDRINUSE');
    }),
    { code: 'failed', facts: { subject: '10.0.0.1 port 700' } },
  );
  await t.rejects(
    withLocalPort('fd00::1', 'privileged', async () => {
      throw errno('EADDRINUSE');
    }),
    { code: 'failed', facts: { subject: 'fd00::1 any privileged port' } },
  );
});

t.test('any other error ends it at once', async (t) => {
  let tries = 0;
  await t.rejects(
    withLocalPort('10.0.0.1', 'privileged', async () => {
      tries += 1;
      throw errno('ECONNREFUSED');
    }),
    { code: 'ECONNREFUSED' },
  );
  t.equal(tries, 1);
});
