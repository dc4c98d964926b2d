import t from 'tap';
import { XdrReader, xdrString, xdrUnsigned } from '../../../lib/rpc/xdr.ts';

t.test('numbers and strings are read as they were written', async (t) => {
  const reader = new XdrReader(
    Buffer.concat([xdrUnsigned(0xffff_fffe), xdrString('abcde'), xdrString(''), xdrUnsigned(7)]),
  );
  t.equal(reader.unsigned(), 0xffff_fffe);
  t.equal(reader.string(5), 'abcde');
  t.equal(reader.string(0), '');
  t.equal(reader.rest().toString('hex'), '00000007');
  t.equal(reader.rest().length, 0);
});

t.test('strings are padded to four bytes', async (t) => {
  t.equal(xdrString('abcde').toString('hex'), '000000056162636465000000');
  t.equal(xdrString('abcd').toString('hex'), '0000000461626364');
});

t.test('what is short or claims to be long is malformed', async (t) => {
  const malformed = { code: 'malformed' };
  t.throws(() => new XdrReader(Buffer.alloc(3)).unsigned(), malformed);
  t.throws(() => new XdrReader(Buffer.from('ffffffff', 'hex')).opaque(400), malformed);
  t.throws(() => new XdrReader(Buffer.from('0000000561626364', 'hex')).string(10), malformed);
  t.throws(() => new XdrReader(Buffer.from('000000056162636465', 'hex')).string(10), malformed, 'no padding');
});
