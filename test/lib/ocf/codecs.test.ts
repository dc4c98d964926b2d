import t from 'tap';
import type * as z from 'zod/mini';
import {
  atLeastOne,
  command,
  directory,
  flag,
  listOf,
  numberFrom,
  oneOf,
  orNone,
} from '../../../lib/ocf/codecs.ts';

const REFUSED = Symbol('refused');

function read<T>(schema: z.ZodMiniType<T, string>, text: string): T | typeof REFUSED {
  const result = schema.safeParse(text);
  return result.success ? result.data : REFUSED;
}

t.test('a word is taken as it is written, and no other', async (t) => {
  const schema = oneOf(['watch', 'monitor']);
  t.equal(read(schema, 'watch'), 'watch');
  for (const text of ['Watch', ' watch', 'wat', 'watch\n', '']) t.equal(read(schema, text), REFUSED, text);
});

t.test('a switch takes the words of ocf_is_true and their opposites', async (t) => {
  for (const text of ['yes', 'true', '1', 'YES', 'TRUE', 'True', 'ja', 'on', 'ON'])
    t.equal(read(flag, text), true, text);
  for (const text of ['no', 'false', '0', 'Off', 'nein']) t.equal(read(flag, text), false, text);
  for (const text of ['', 'maybe', '2', 'true ', 'yes\nno']) t.equal(read(flag, text), REFUSED, text);
});

t.test('a number is whole, in digits, and in its range', async (t) => {
  const schema = numberFrom(1, 300);
  for (const number of [1, 30, 300]) t.equal(read(schema, String(number)), number);
  t.equal(read(schema, '007'), 7);
  for (const text of ['', '0', '301', '-1', '+1', '1.0', '1e2', '0x1', ' 1', '1\n', '9'.repeat(400)])
    t.equal(read(schema, text), REFUSED, text);
});

t.test('a directory is absolute and stays where it says', async (t) => {
  t.equal(read(directory, '/srv/nfs'), '/srv/nfs');
  t.equal(read(directory, '//srv/./nfs//'), '/srv/nfs');
  t.equal(read(directory, '/srv/.hidden/$(touch x)/a b'), '/srv/.hidden/$(touch x)/a b');
  for (const text of [
    '',
    'srv',
    './srv',
    '/',
    '/.',
    '//',
    '/srv/../etc',
    '/..',
    '/srv/\n',
    '/a\x1b[2J',
    '/a\x7f',
  ]) {
    t.equal(read(directory, text), REFUSED, JSON.stringify(text));
  }
});

t.test('nothing is null where nothing is allowed', async (t) => {
  t.equal(read(orNone(directory), ''), null);
  t.equal(read(orNone(directory), '/srv'), '/srv');
  t.equal(read(orNone(directory), 'srv'), REFUSED);
});

t.test('a list is separated by commas or blanks and has each item once', async (t) => {
  const schema = listOf(oneOf(['a', 'b']));
  t.same(read(schema, ' a, b\ta,,b\n'), ['a', 'b']);
  t.same(read(schema, ''), []);
  t.equal(read(schema, 'a c'), REFUSED);
  t.equal(read(atLeastOne(schema), ' , '), REFUSED);
  t.same(read(atLeastOne(schema), 'b'), ['b']);
});

t.test('a command is an absolute path and words, without a shell', async (t) => {
  t.same(read(command, ''), []);
  t.same(read(command, ' /etc/init.d/nfs  --quiet '), ['/etc/init.d/nfs', '--quiet']);
  t.same(read(command, '/bin/x $(reboot);'), ['/bin/x', '$(reboot);'], 'which is two words, and no more');
  for (const text of ['nfs', 'systemctl restart nfs', '/x\n/y', '/x\t1', '/é']) {
    t.equal(read(command, text), REFUSED, text);
  }
});
