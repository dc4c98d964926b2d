import t from 'tap';
import { AskTable, Client } from '../../../../lib/recover/notifier/client.ts';

const target = { client: 'c', addresses: [], hostNames: [] };

t.test('a client is done when it has answered every name', async (t) => {
  const client = new Client(target, ['10.0.0.1', '10.0.0.2'], [0, 1]);
  t.strictSame(client.unanswered, [0, 1]);
  t.notOk(client.done);
  t.equal(client.address, '10.0.0.1');
  client.turn = 3;
  t.equal(client.address, '10.0.0.2');
  client.unanswered = [];
  t.ok(client.done);
  t.equal(new Client(target, [], [0]).address, '');
});

t.test('the same question keeps its transaction id, so that a late answer is understood', async (t) => {
  const table = new AskTable();
  const client = new Client(target, [], [0, 1]);
  const port = table.forPort(client, 'udp', '10.0.0.1', 111);
  t.equal(table.forPort(client, 'udp', '10.0.0.1', 111), port);
  t.not(table.forPort(client, 'udp', '10.0.0.2', 111), port);
  t.not(table.forPort(client, 'tcp', '10.0.0.1', 111), port);
  t.equal(table.find(port.xid), port);
  const name = table.forName(client, 1, '10.0.0.1', 4000);
  t.not(table.forName(client, 0, '10.0.0.1', 4000), name);
  t.equal(table.forName(client, 1, '10.0.0.2', 5000), name);
  t.match(name, { address: '10.0.0.2', port: 5000 }, 'wherever it goes');
  table.forget(client);
  t.equal(table.find(port.xid), undefined);
  t.equal(table.find(name.xid), undefined);
});

t.test('no two questions have the same transaction id, however many there are', async (t) => {
  const table = new AskTable();
  // Of so many random ones, ten are there twice.
  const asks = Array.from({ length: 300_000 }, () =>
    table.forPort(new Client(target, [], [0]), 'udp', '10.0.0.1', 111),
  );
  t.ok(asks.every((ask) => table.find(ask.xid) === ask));
});
