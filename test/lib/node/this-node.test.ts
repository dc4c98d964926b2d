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
