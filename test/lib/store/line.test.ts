import fc from 'fast-check';
import t from 'tap';
import { crc32 } from '../../../lib/store/crc32.ts';
import { decodeLine, encodeLine, partsOf } from '../../../lib/store/line.ts';
import { latin1 } from './arbitraries.ts';

t.test('a line is 8 hex digits, a blank, JSON in plain ASCII, a newline', async (t) => {
  t.match(
    encodeLine({ type: 'x', name: 'a\n\x7f\xe9' }),
    /^[0-9a-f]{8} \{"type":"x","name":"a\\n\\u007f\\u00e9"\}\n$/,
  );
});

t.test('any value comes back, whatever bytes strangers put into it', async () => {
  fc.assert(
    fc.property(fc.dictionary(latin1, fc.oneof(latin1, fc.integer(), fc.constant(null))), (value) => {
      const line = encodeLine(value);
      if (!/^[ -~]+\n$/.test(line)) return false;
      return JSON.stringify(decodeLine(line.slice(0, -1))) === JSON.stringify(value);
    }),
  );
});

t.test('every change of a single byte is noticed', async () => {
  const line = encodeLine({ type: 'removed', name: '192.0.2.1' }).slice(0, -1);
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.nat(255), (at, byte) => {
      const other = line.slice(0, at) + String.fromCharCode(byte) + line.slice(at + 1);
      return other === line || decodeLine(other) === undefined;
    }),
  );
});

t.test('what has a good checksum and is no JSON is no value', async (t) => {
  t.equal(decodeLine(`${crc32('{')} {`), undefined);
  t.equal(decodeLine(''), undefined);
});

t.test(
  'lines that lost the newline between them, or gained a byte at the end, are still found',
  async (t) => {
    const one = encodeLine({ type: 'removed', name: 'one 01234567 {"type"' }).slice(0, -1);
    const two = encodeLine({ type: 'removed', name: 'two' }).slice(0, -1);
    t.same(partsOf(`${one}X${two}`), [one, two]);
    t.same(partsOf(`${one.slice(0, -1)}?X${two}`), [two]);
    t.same(partsOf(`${one}X`), [one]);
    t.same(partsOf(`${one.slice(0, -2)}`), []);
    t.same(partsOf('xX01234567 {"type":"removed"}'), []);
  },
);
