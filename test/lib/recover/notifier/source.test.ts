import type { Socket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Source } from '../../../../lib/recover/notifier/source.ts';
import { openUdp } from '../../../../lib/rpc/index.ts';

// A network namespace of its own, with a neighbourhood in which nobody answers.
const NETWORK = `ip link set lo up
ip link add here type veth peer name there
ip addr add 10.1.0.1/16 dev here
ip link set here up && ip link set there up
exec "$@"`;
/** Fills the send buffer that the largest wmem_max in use (4 MiB) allows; a neighbour takes 200 of them. */
const MANY = 12_000;

/** Sends to neighbours that are dead until at least one socket has no room left. */
function sendToTheDead(source: Source): void {
  for (let n = 0; n < MANY; n += 1) {
    source.send(Buffer.from('are you there?'), `10.1.9.${1 + Math.floor(n / 200)}`, 111);
  }
}

function testInNamespace(): void {
  t.test('dead neighbours do not hold back what goes to others', async (t) => {
    const opened: Socket[] = [];
    const source = await Source.open('10.1.0.1', 'privileged', async (address, port) => {
      const socket = await openUdp(address, port);
      opened.push(socket);
      return socket;
    });
    t.teardown(() => source.close());
    t.match(source, { address: '10.1.0.1', family: 4 });
    t.ok(source.receiveBuffer >= 212992);
    const heard: string[] = [];
    source.listen((message) => heard.push(String(message)));
    sendToTheDead(source);
    t.ok((opened[0]?.getSendQueueCount() ?? 0) > 0, 'the first socket is full');
    const other = await openUdp('10.1.0.1', 0);
    t.teardown(() => other.close());
    const arrived = new Promise<string>((resolve) => {
      other.on('message', (bytes, from) => {
        other.send('yes', from.port, from.address);
        resolve(String(bytes));
      });
    });
    const begin = performance.now();
    source.send(Buffer.from('and you?'), '10.1.0.1', other.address().port);
    t.equal(await arrived, 'and you?');
    t.ok(performance.now() - begin < 1000, 'at once');
    const deadline = Date.now() + 5000;
    while (heard.length === 0 && Date.now() < deadline) await new Promise((done) => setImmediate(done));
    t.strictSame(heard, ['yes']);
    t.equal(opened.length, 3, 'there is one more than are in use');
    t.doesNotThrow(() => opened[0]?.emit('error', new Error('one datagram less')));
  });

  t.test('closed while one more socket is opened', async (t) => {
    const source = await Source.open('10.1.0.1', 'privileged');
    sendToTheDead(source);
    source.close();
    const open = (): number => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
    const deadline = Date.now() + 10_000;
    while (open() > 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
    t.equal(open(), 0, 'nothing stays open');
  });

  t.test('where no other port can be had, the sockets that are there are used', async (t) => {
    let opened = 0;
    const source = await Source.open('10.1.0.1', 'privileged', async (address, port) => {
      opened += 1;
      if (opened > 1) throw new Error('none left');
      return openUdp(address, port);
    });
    t.teardown(() => source.close());
    const other = await openUdp('10.1.0.1', 0);
    t.teardown(() => other.close());
    const arrived = new Promise<void>((resolve) => other.once('message', () => resolve()));
    source.send(Buffer.from('hello'), '10.1.0.1', other.address().port);
    await arrived;
    sendToTheDead(source);
    source.send(Buffer.from('hello'), '10.1.0.1', other.address().port);
    t.pass('full: nothing is sent, nothing breaks');
  });

  t.test('where there is no way to one, others get theirs', async (t) => {
    const source = await Source.open('10.1.0.1', 'privileged');
    t.teardown(() => source.close());
    const other = await openUdp('10.1.0.1', 0);
    t.teardown(() => other.close());
    const arrived = new Promise<string>((resolve) =>
      other.once('message', (bytes) => resolve(String(bytes))),
    );
    source.send(Buffer.from('lost'), '192.0.2.1', 111);
    source.send(Buffer.from('hello'), '10.1.0.1', other.address().port);
    t.equal(await arrived, 'hello');
  });
}

if (process.env.LOCKFERRY_TEST_NAMESPACE === 'neighbours') {
  testInNamespace();
} else {
  const node = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)];
  await t.spawn('unshare', ['--net', 'sh', '-ec', NETWORK, 'sh', ...node], {
    env: { ...process.env, LOCKFERRY_TEST_NAMESPACE: 'neighbours' },
  });
}
