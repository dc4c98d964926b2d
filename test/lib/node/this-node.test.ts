import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { bootId, localAddresses, nodeName } from '../../../lib/node/this-node.ts';

t.test('the node is known by the name that uname gives', async (t) => {
  t.equal(nodeName(), hostname());
});

t.test('the boot is known by the word that the kernel gives', async (t) => {
  const directory = t.testdir({ boot_id: '0b5b7e2c-1\n' });
  t.equal(await bootId(join(directory, 'boot_id')), '0b5b7e2c-1');
  t.equal(await bootId(), readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
});

t.test('addresses of every interface, each once', async (t) => {
  const rest = { netmask: '', mac: '', internal: false, cidr: null };
  const first = { ...rest, family: 'IPv4', address: '192.0.2.1' } as const;
  const second = { ...rest, family: 'IPv6', address: 'fe80::1', scopeid: 2 } as const;
  const found = localAddresses(() => ({ eth0: [first, second], eth1: [first], gone: undefined }));
  t.same([...found], ['192.0.2.1', 'fe80::1']);
  t.ok(localAddresses() instanceof Set);
});

t.test("an address of IPv6 that is another host's is not here", async (t) => {
  const of = (address: string) =>
    ({ address, family: 'IPv6', netmask: '', mac: '', internal: false, cidr: null, scopeid: 0 }) as const;
  const found = {
    eth0: ['fd00::1', 'fd00::2', 'fd00::3', 'fd00:0:0:1::5'].map(of),
    eth1: [of('fd00::2')],
  };
  // As Linux 6.1 prints it: cleared, found to be another's, not known yet.
  const table = t.testdir({
    if_inet6: `fd000000000000000000000000000001 02 40 00 80     eth0
fd000000000000000000000000000002 02 40 00 c8     eth0
fd000000000000000000000000000002 03 40 00 80     eth1
fd000000000000000000000000000003 02 40 00 c0     eth0
fd000000000000010000000000000005 02 40 00 48     eth0
`,
  });
  const here = (file: string) => [...localAddresses(() => found, join(table, file))];
  t.same(here('if_inet6'), ['fd00::1', 'fd00::3', 'fd00::2']);
  t.equal(here('none').length, 4, 'a kernel without IPv6 says nothing of them');
});
