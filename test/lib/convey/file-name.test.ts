import t from 'tap';
import { unfitness } from '../../../lib/convey/file-name.ts';

t.test('a stored name becomes no path', async (t) => {
  for (const name of ['10.0.0.1', 'fd00::5', '$(reboot)', 'a..b', '-rf', 'x'.repeat(255)])
    t.equal(unfitness(name), undefined);
  t.match(unfitness(''), /empty/);
  for (const name of ['.', '..', '.hidden', '../../etc/passwd']) t.match(unfitness(name), /dot/);
  for (const name of ['a/b', '/etc/passwd', 'a\0b']) t.match(unfitness(name), /slash or NUL/);
  t.match(unfitness('x'.repeat(256)), /longer than 255/);
});
