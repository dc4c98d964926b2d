import t from 'tap';
import { hostName } from '../../../lib/node/host-name.ts';

t.test('host names are taken as they are written', async (t) => {
  for (const text of ['nfs', 'nfs-1.example.test', 'NFS_a.example', '3com.example', '1a', 'x'.repeat(63)]) {
    t.equal(hostName.parse(text), text);
  }
});

t.test('what is no host name is refused', async (t) => {
  for (const text of [
    '',
    '.',
    'nfs.',
    '.nfs',
    'a..b',
    '-nfs',
    'nfs-',
    '192.0.2.1',
    '10',
    'fd00::1',
    'a b',
    'nfs\n',
    '$(id)',
    'n\u00e4s',
    'x'.repeat(64),
    `${'x.'.repeat(127)}xx`,
  ]) {
    t.notOk(hostName.safeParse(text).success, JSON.stringify(text));
  }
});
