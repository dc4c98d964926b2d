import t from 'tap';
import type { Resolver } from '../../../lib/node/resolver.ts';
import { announcementsFor } from '../../../lib/recover/announcements.ts';

const never = new Promise<never>(() => undefined);

function resolver(addresses: Record<string, string[]>, names: Record<string, string[]>): Resolver {
  return {
    addresses: async (name) => addresses[name] ?? [],
    names: async (address) => names[address] ?? [],
  };
}

t.test(
  'addresses, listed names, full names of reverse DNS; each once and from its own address',
  async (t) => {
    const service = { addresses: ['10.0.0.1', 'fd00::1'], names: ['nfs', 'vip6.example.test', 'other'] };
    const known = resolver(
      { nfs: ['10.0.0.1'], 'vip6.example.test': ['10.9.9.9', 'fd00::1'] },
      { '10.0.0.1': ['VIP.example.test.', 'vip'], 'fd00::1': ['VIP6.example.test', 'vip.example.test'] },
    );
    t.strictSame(await announcementsFor(service, known, 2000), [
      { name: '10.0.0.1', source: '10.0.0.1' },
      { name: 'fd00::1', source: 'fd00::1' },
      { name: 'nfs', source: '10.0.0.1' },
      { name: 'vip6.example.test', source: 'fd00::1' },
      { name: 'other', source: '10.0.0.1' },
      { name: 'VIP.example.test', source: '10.0.0.1' },
    ]);
  },
);

t.test(
  'DNS that does not answer costs what is allowed, and the listed names are announced all the same',
  async (t) => {
    const silent: Resolver = { addresses: () => never, names: () => never };
    const begin = performance.now();
    t.strictSame(await announcementsFor({ addresses: ['10.0.0.1'], names: ['nfs'] }, silent, 100), [
      { name: '10.0.0.1', source: '10.0.0.1' },
      { name: 'nfs', source: '10.0.0.1' },
    ]);
    t.ok(performance.now() - begin < 1500);
  },
);

t.test('reverse DNS is believed eight names', async (t) => {
  const many = Array.from({ length: 20 }, (_, n) => `n${n}.example.test`);
  const found = await announcementsFor(
    { addresses: ['10.0.0.1'], names: [] },
    resolver({}, { '10.0.0.1': many }),
    2000,
  );
  t.equal(found.length, 9);
});

t.test('what reverse DNS says is not announced where it is no host name', async (t) => {
  const odd = [
    'a b.example.test',
    'w\u0101x.example.test',
    `${'a'.repeat(300)}.test`,
    '10.0.0.9',
    '..',
    'x.test',
  ];
  const found = await announcementsFor(
    { addresses: ['10.0.0.1'], names: [] },
    resolver({}, { '10.0.0.1': odd }),
    2000,
  );
  t.same(
    found.map(({ name }) => name),
    ['10.0.0.1', 'x.test'],
  );
});

t.test('without an address there is nothing to announce from', async (t) => {
  t.strictSame(await announcementsFor({ addresses: [], names: ['nfs'] }, resolver({}, {}), 2000), []);
});
