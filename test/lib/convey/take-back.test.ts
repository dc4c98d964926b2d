import { join } from 'node:path';
import t from 'tap';
import { PlacedLines, takeBack } from '../../../lib/convey/index.ts';
import { formatMonitorRecord } from '../../../lib/nsm/monitor-record.ts';
import { ClientHost } from '../../support/client-host.ts';
import { recordOf } from '../store/arbitraries.ts';

t.test("statd is asked to drop what stands, but for what bears this node's name", async (t) => {
  const host = await ClientHost.start({ address: '127.0.0.1', rpcbindPort: 10231, statd: ['tcp'] });
  t.teardown(() => host.stop());
  const here = { rpcbindPort: 10231, timeout: 2000 };
  const placed = new PlacedLines(join(t.testdir({}), 'placed.json'));
  t.equal(await takeBack(placed, 'n2', here), 0);
  t.equal(host.asked, 0, 'without anything, nobody is asked');
  const clients = Array.from({ length: 120 }, (_, index) => `10.0.0.${index}`);
  placed.add(
    [...clients.map((client) => recordOf(client, 'n1')), recordOf('10.1.1.1', 'n2')].map((record) => ({
      ...{ name: record.monName, modified: 1, lines: [formatMonitorRecord(record)] },
    })),
  );
  t.equal(await takeBack(placed, 'n2', here), 120);
  t.same(
    host.heard.map(({ name }) => name),
    clients,
  );
  await t.rejects(takeBack(placed, 'n2', { ...here, rpcbindPort: 10232 }), { code: 'failed' });
});
