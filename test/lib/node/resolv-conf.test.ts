import t from 'tap';
import { parseResolvConf } from '../../../lib/node/resolv-conf.ts';

t.test('servers and search list', async (t) => {
  const text = [
    '; who knows names',
    'domain old.test',
    'nameserver 10.0.0.53 # first',
    'nameserver fd00::53',
    'nameserver dns.example.test',
    'search example.test lab.test',
    'options ndots:1',
  ].join('\n');
  t.strictSame(parseResolvConf(text), {
    servers: ['10.0.0.53', 'fd00::53'],
    search: ['example.test', 'lab.test'],
  });
});

t.test('the limits of glibc, and its defaults', async (t) => {
  const many = Array.from({ length: 9 }, (_, n) => `nameserver 10.0.0.${n}`).join('\n');
  t.equal(parseResolvConf(many).servers.length, 3);
  t.equal(parseResolvConf(`search ${'a.test '.repeat(9)}`).search.length, 6);
  t.strictSame(parseResolvConf(''), { servers: ['127.0.0.1'], search: [] });
  t.strictSame(parseResolvConf('nameserver\nsearch a.test\ndomain b.test').search, ['b.test']);
});
