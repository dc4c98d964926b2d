import t from 'tap';
import { addressList, nameList, onceEach, serviceOrStore } from '../../../lib/cli/options.ts';

t.test('addresses and names are lists, each item once, in canonical text', async (t) => {
  t.same(addressList('192.0.2.10, 2001:DB8::0:1 192.0.2.10'), ['192.0.2.10', '2001:db8::1']);
  t.same(nameList('nfs.example.com,nfs'), ['nfs.example.com', 'nfs']);
  t.same(nameList(''), []);
  t.throws(() => addressList(' ,'), { message: '--ip needs an address' });
  t.throws(() => addressList('10.0.0.1/24'), { message: /no address of a service: 10\.0\.0\.1\/24/ });
  t.throws(() => nameList('a\x1bb'), { message: '--names: this is no host name: a\\x1bb' });
});

t.test('an option stands once and says something', async (t) => {
  const check = onceEach('to', 'from');
  t.equal(check({ to: '/a' }), true);
  t.throws(() => check({ to: ['/a', '/b'] }), { message: '--to can be given once' });
  t.throws(() => check({ from: '' }), { message: '--from needs a value' });
});

t.test('a service or a store', async (t) => {
  t.equal(serviceOrStore({ service: 'a' }), true);
  t.equal(serviceOrStore({ sharedDir: '/a' }), true);
  t.throws(() => serviceOrStore({ service: 'a', sharedDir: '/a' }), { message: /not both/ });
});
