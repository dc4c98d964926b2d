import t from 'tap';
import { askForPort, portFrom, registrationsFrom } from '../../../lib/rpc/rpcbind.ts';

t.test('IPv4 hosts are asked as sm-notify asks', async (t) => {
  const udp = askForPort('10.0.0.1', 100024, 1, 'udp');
  t.strictSame([udp.program, udp.version, udp.procedure], [100000, 2, 3]);
  t.equal(udp.args.toString('hex'), '000186b8000000010000001100000000');
  t.equal(askForPort('10.0.0.1', 100024, 1, 'tcp').args.toString('hex'), '000186b8000000010000000600000000');
});

t.test('IPv6 hosts are asked as sm-notify asks', async (t) => {
  const udp = askForPort('fd77::9', 100024, 1, 'udp');
  t.strictSame([udp.program, udp.version, udp.procedure], [100000, 3, 3]);
  t.equal(
    udp.args.toString('hex'),
    '000186b8000000010000000475647036' + '0000000d666437373a3a392e302e31313100000000000000',
  );
  const tcp = askForPort('fe80::1%eth0', 100024, 1, 'tcp');
  t.ok(tcp.args.includes('tcp6'));
  t.ok(tcp.args.includes('fe80::1.0.111\0'), 'without the zone');
});

t.test('the port is found in either answer', async (t) => {
  t.equal(portFrom('10.0.0.1', Buffer.from('0000ba90', 'hex')), 47760);
  t.equal(portFrom('10.0.0.1', Buffer.from('00000000', 'hex')), 0);
  const address = Buffer.from('0000000f666436363a3a322e3231332e31373400', 'hex');
  t.equal(portFrom('fd66::2', address), 213 * 256 + 174);
  t.equal(portFrom('fd66::2', Buffer.alloc(4)), 0, 'not registered');
});

t.test('an impossible port is malformed', async (t) => {
  const malformed = { code: 'malformed' };
  t.throws(() => portFrom('10.0.0.1', Buffer.from('00010000', 'hex')), malformed);
  t.throws(() => portFrom('10.0.0.1', Buffer.alloc(3)), malformed);
  const text = (address: string): Buffer => {
    const padded = Buffer.alloc(4 + Math.ceil(address.length / 4) * 4);
    padded.writeUInt32BE(address.length);
    padded.write(address, 4);
    return padded;
  };
  t.equal(portFrom('fd66::2', text('::.255.255')), 65535);
  for (const address of ['::', 'x', '::.1.999', '::.999.1', '::.1.-1']) {
    t.throws(() => portFrom('fd66::2', text(address)), malformed, address);
  }
  t.throws(() => portFrom('fd66::2', text('1'.repeat(300))), malformed, 'too long');
});

t.test('the list of registrations', async (t) => {
  const line = (...values: number[]): string =>
    values.map((value) => value.toString(16).padStart(8, '0')).join('');
  const list = line(1, 100003, 3, 6, 2049) + line(1, 100021, 4, 17, 4001) + line(0);
  t.strictSame(registrationsFrom(Buffer.from(list, 'hex')), [
    { program: 100003, version: 3, protocol: 6, port: 2049 },
    { program: 100021, version: 4, protocol: 17, port: 4001 },
  ]);
  t.throws(() => registrationsFrom(Buffer.from(list.slice(0, -8), 'hex')), { code: 'malformed' }, 'no end');
});
