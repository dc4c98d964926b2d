import t, { type Test } from 'tap';
import { createResolver, type Resolver } from '../../../lib/node/resolver.ts';
import { DnsServer, type Zone } from '../../support/dns-server.ts';

async function setUp(
  t: Test,
  zone: Zone | 'silent',
  files: { hosts?: string; resolv?: string } = {},
): Promise<{ resolver: Resolver; server: DnsServer }> {
  const server = await DnsServer.start(zone);
  t.teardown(() => server.stop());
  const directory = t.testdir({ hosts: files.hosts ?? '', resolv: files.resolv ?? '' });
  const resolver = createResolver({
    hostsFile: `${directory}/hosts`,
    resolvConf: `${directory}/resolv`,
    servers: [server.address],
    patience: 300,
  });
  return { resolver, server };
}

t.test('the hosts file comes first, DNS is asked for the rest', async (t) => {
  const zone = { 'far.example.test A': ['10.0.0.2', '10.0.0.3'], 'near.example.test AAAA': ['fd00::9'] };
  const { resolver, server } = await setUp(t, zone, { hosts: '10.0.0.1 near.example.test\n' });
  t.strictSame(await resolver.addresses('Near.Example.Test', [4]), ['10.0.0.1']);
  t.strictSame(server.asked, []);
  t.strictSame([...(await resolver.addresses('far.example.test', [4]))].sort(), ['10.0.0.2', '10.0.0.3']);
  t.strictSame(await resolver.addresses('near.example.test', [6]), ['fd00::9'], 'a family that hosts lacks');
  t.strictSame(await resolver.addresses('nobody.example.test', [4, 6]), []);
  t.strictSame(server.asked.sort(), [
    'far.example.test A',
    'near.example.test AAAA',
    'nobody.example.test A',
    'nobody.example.test AAAA',
  ]);
});

t.test('a name without a dot is tried in the domains of the search list, then as it is', async (t) => {
  const zone = { 'one.b.test A': ['10.0.0.1'], 'two A': ['10.0.0.2'] };
  const { resolver, server } = await setUp(t, zone, { resolv: 'search a.test b.test\n' });
  t.strictSame(await resolver.addresses('one', [4]), ['10.0.0.1']);
  t.strictSame(server.asked, ['one.a.test A', 'one.b.test A']);
  t.strictSame(await resolver.addresses('two', [4]), ['10.0.0.2']);
});

t.test('the same question at the same time is asked once', async (t) => {
  const { resolver, server } = await setUp(t, { 'one.test A': ['10.0.0.1'] });
  const all = await Promise.all(Array.from({ length: 20 }, () => resolver.addresses('one.test', [4])));
  t.ok(all.every((found) => found[0] === '10.0.0.1'));
  t.equal(server.asked.length, 1);
});

t.test('a literal address is itself; what cannot be a name is not asked for', async (t) => {
  const { resolver, server } = await setUp(t, {});
  t.strictSame(await resolver.addresses('::ffff:10.0.0.1', [4, 6]), ['10.0.0.1']);
  t.strictSame(await resolver.addresses('FD00::1', [4]), []);
  for (const name of ['', 'a b', '$(reboot)', '../x', `${'a'.repeat(254)}`, 'a\0b', '-x']) {
    t.strictSame(await resolver.addresses(name, [4]), [], JSON.stringify(name));
  }
  t.strictSame(await resolver.names('vip'), []);
  t.strictSame(server.asked, []);
});

t.test('names of an address, by hosts, else by DNS', async (t) => {
  const zone = {
    '1.0.0.10.in-addr.arpa PTR': ['vip.example.test'],
    [`1.${'0.'.repeat(27)}0.0.d.f.ip6.arpa PTR`]: ['six.example.test'],
    '8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa PTR': ['full.example.test'],
  };
  const { resolver, server } = await setUp(t, zone, { hosts: '10.0.0.2 near.example.test near\n' });
  t.strictSame(await resolver.names('10.0.0.2'), ['near.example.test', 'near']);
  t.strictSame(server.asked, []);
  t.strictSame(await resolver.names('10.0.0.1'), ['vip.example.test']);
  t.strictSame(await resolver.names('fd00::1'), ['six.example.test']);
  t.strictSame(await resolver.names('1:2:3:4:5:6:7:8'), ['full.example.test']);
  t.strictSame(await resolver.names('10.9.9.9'), []);
});

t.test('a silent server costs about the patience, no matter how many ask', async (t) => {
  const { resolver } = await setUp(t, 'silent');
  const begin = performance.now();
  const names = Array.from({ length: 200 }, (_, n) => resolver.addresses(`host${n}.test`, [4]));
  t.strictSame((await Promise.all(names)).flat(), []);
  t.strictSame(await resolver.names('10.0.0.1'), []);
  t.ok(performance.now() - begin < 5000);
});

t.test("this node's own configuration, where nothing else is said", async (t) => {
  const resolver = createResolver();
  t.ok((await resolver.addresses('localhost', [4])).includes('127.0.0.1'));
});
