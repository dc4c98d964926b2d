import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { writeFifo } from '../../../lib/capture/callout-fifo.ts';
import { monitorRoundTrip } from '../../../lib/checks/monitor-round-trip.ts';
import { ClientHost } from '../../support/client-host.ts';

const USER = { uid: 0, gid: 0, mode: 0o700 };
const word = (value: number) => Buffer.from([0, 0, 0, value]);

/** Something that answers like rpc.statd, and like one that has a callout. */
async function statd(t: Test, rpcbindPort: number, hosts: string, { result = 0, calls = false } = {}) {
  const dir = t.testdir({ run: {} });
  const doors = join(dir, 'run/callout');
  const answer = (reply: Buffer, about: string): Buffer[] => {
    if (about === 'port' || about === 'null') return [reply];
    for (const door of calls ? readdirSync(doors) : []) {
      writeFifo(join(doors, door, 'request'), `1-1 add-client ${about} n1\n`);
    }
    return [Buffer.concat([reply, word(result), word(3)])];
  };
  const host = await ClientHost.start({ address: '127.0.0.1', rpcbindPort, statd: ['tcp'], answer });
  t.teardown(() => host.stop());
  const hostsFile = join(dir, 'hosts');
  writeFileSync(hostsFile, hosts);
  const trip = () => monitorRoundTrip({ doors, user: USER, hostsFile, host: { rpcbindPort, timeout: 3000 } });
  return { host, doors, trip };
}

t.test('a client is monitored, and taken back', async (t) => {
  const { host, doors, trip } = await statd(t, 10311, '192.0.2.7 c7\n127.0.0.1 localhost lo\n', {
    calls: true,
  });
  t.match(await trip(), { client: 'localhost', took: Number, called: true });
  t.same(
    host.heard.map(({ name }) => name),
    ['localhost', 'localhost', 'localhost'],
    'SM_UNMON, SM_MON and SM_UNMON',
  );
  t.same(readdirSync(doors), []);
});

t.test('without the callout, and where localhost has no name', async (t) => {
  const { trip } = await statd(t, 10312, '192.0.2.7 c7\n');
  t.match(await trip(), { client: 'c7', called: false });
});

t.test('a refusal is one, and leaves nothing behind', async (t) => {
  const { doors, trip } = await statd(t, 10313, '127.0.0.1 localhost\n', { result: 1 });
  await t.rejects(trip(), { code: 'failed', message: 'rpc.statd refused to monitor localhost' });
  t.same(readdirSync(doors), []);
});

t.test('nobody to be monitored, and nobody who does it', async (t) => {
  const { host, doors, trip } = await statd(t, 10314, '# nobody\n');
  await t.rejects(trip(), { code: 'bad-node', message: /names nobody$/ });
  t.notOk(existsSync(doors));
  const other = await statd(t, 10315, '127.0.0.1 localhost\n');
  other.host.statd = [];
  await t.rejects(other.trip(), { code: 'failed', message: /not registered/ });
  t.same(host.heard, []);
});
