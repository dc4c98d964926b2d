import t from 'tap';
import { floatingAddress } from '../../../lib/node/floating-address.ts';

t.test('addresses come back in canonical text', async (t) => {
  for (const [text, canonical] of [
    ['192.0.2.1', '192.0.2.1'],
    ['127.0.0.9', '127.0.0.9'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fd00:0:0:0:0:0:0:5', 'fd00::5'],
    ['::1', '::1'],
    ['2001:db8::192.0.2.1', '2001:db8::c000:201'],
  ] as const) {
    t.equal(floatingAddress.parse(text), canonical);
  }
});

t.test('what cannot float between nodes is refused', async (t) => {
  for (const text of [
    '',
    'nfs.example.test',
    '192.0.2.1/24',
    '192.0.2',
    '192.0.2.256',
    '192.000.002.001',
    '0.0.0.0',
    '224.0.0.1',
    '239.1.1.1',
    '240.0.0.1',
    '255.255.255.255',
    '2001:db8::1/64',
    '2001:db8::1%eth0',
    'fe80::1',
    'febf::1',
    'fe80::1%eth0',
    '[2001:db8::1]',
    '::',
    '0::0',
    'ff02::1',
    '::ffff:192.0.2.1',
    '::1\n',
    '$(id)',
  ]) {
    t.notOk(floatingAddress.safeParse(text).success, JSON.stringify(text));
  }
});
