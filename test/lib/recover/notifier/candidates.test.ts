import t from 'tap';
import { candidatesAmong, familyOf } from '../../../../lib/recover/notifier/candidates.ts';

t.test('single hosts of a family that the service has, each once, in order', async (t) => {
  const texts = ['10.0.0.2', 'FD00::0:1', '::ffff:10.0.0.2', 'vip', '10.0.0.1', 'fe80::1%eth0'];
  t.strictSame(candidatesAmong(texts, [4, 6]), ['10.0.0.2', 'fd00::1', '10.0.0.1', 'fe80::1%eth0']);
  t.strictSame(candidatesAmong(texts, [4]), ['10.0.0.2', '10.0.0.1']);
  t.strictSame(candidatesAmong(texts, [6]), ['fd00::1', 'fe80::1%eth0']);
  t.equal(familyOf('10.0.0.1'), 4);
  t.equal(familyOf('fe80::1%eth0'), 6);
});

t.test('nothing that is more or less than one host', async (t) => {
  t.strictSame(
    candidatesAmong(['0.0.0.0', '255.255.255.255', '224.0.0.1', '239.1.2.3', '::', 'ff02::1'], [4, 6]),
    [],
  );
  t.strictSame(candidatesAmong(['223.1.1.1', '240.0.0.1', '::1'], [4, 6]), ['223.1.1.1', '240.0.0.1', '::1']);
});

t.test('not more than can be tried', async (t) => {
  const many = Array.from({ length: 1000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  t.equal(candidatesAmong(many, [4]).length, 16);
});
