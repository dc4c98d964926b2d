import t from 'tap';
import { isNo, nfsConfValues } from '../../../lib/node/nfs-conf.ts';

t.test('values of one key, where they are and in the order that counts', async (t) => {
  const root = t.testdir({
    etc: {
      'nfs.conf': '# ha-callout=/no\n[lockd]\nha-callout=/no\n[ statd ]\n HA-Callout = "/one two"\nport=1\n',
      'nfs.conf.d': {
        '20.conf': '[statd "x"]\nha-callout=/three # why\n\nha-callout=/four\n',
        '10.conf': '[STATD]\nha-callout=/two\nha-callout=\n',
        '30.off': '[statd]\nha-callout=/no\n',
      },
    },
  });
  t.same(await nfsConfValues('statd', 'ha-callout', root), [
    { file: '/etc/nfs.conf', value: '/one two' },
    { file: '/etc/nfs.conf.d/10.conf', value: '/two' },
    { file: '/etc/nfs.conf.d/20.conf', value: '/four' },
  ]);
  t.same(await nfsConfValues('statd', 'name', root), []);
});

t.test('nothing is there', async (t) => {
  t.same(await nfsConfValues('statd', 'ha-callout', t.testdir({})), []);
  t.same(await nfsConfValues('lockferry', 'none'), [], 'the real root by default');
});

t.test('words for no', async (t) => {
  for (const word of ['0', 'f', 'False', 'N', 'no', 'OFF']) t.ok(isNo(word), word);
  for (const word of ['1', 't', 'yes', 'on', 'none', '']) t.notOk(isNo(word), word);
});
