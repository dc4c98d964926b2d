import t from 'tap';
import { canonicalAddress, parseHosts } from '../../../lib/node/hosts-file.ts';

t.test('names and addresses, both ways', async (t) => {
  const hosts = parseHosts(
    [
      '# a comment',
      '127.0.0.1\tlocalhost',
      '10.0.0.1  VIP.example.test vip # the service',
      '   10.0.0.2 vip vip',
      'FD00:0::1 vip.example.test',
      '::ffff:10.0.0.3 mapped',
      'not-an-address somebody',
      '10.0.0.4',
      '',
    ].join('\n'),
  );
  t.strictSame(hosts.addresses.get('vip'), ['10.0.0.1', '10.0.0.2']);
  t.strictSame(hosts.addresses.get('vip.example.test'), ['10.0.0.1', 'fd00::1']);
  t.strictSame(hosts.addresses.get('mapped'), ['10.0.0.3']);
  t.strictSame(hosts.names.get('10.0.0.1'), ['vip.example.test', 'vip']);
  t.strictSame(hosts.names.get('fd00::1'), ['vip.example.test']);
  t.equal(hosts.addresses.get('somebody'), undefined);
  t.equal(hosts.names.get('10.0.0.4'), undefined);
});

t.test('one way to write an address', async (t) => {
  t.equal(canonicalAddress('10.0.0.1'), '10.0.0.1');
  t.equal(canonicalAddress('2001:DB8:0:0:1:0:0:1'), '2001:db8::1:0:0:1');
  t.equal(canonicalAddress('FE80::1%eth0'), 'fe80::1%eth0');
  t.equal(canonicalAddress('::FFFF:10.0.0.1'), '10.0.0.1');
  for (const text of ['', 'vip', '10.0.0', '10.0.0.256', '1::2::3'])
    t.equal(canonicalAddress(text), undefined);
});
