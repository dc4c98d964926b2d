import t from 'tap';
import { markRecord, RecordReader } from '../../../lib/rpc/record-marking.ts';

t.test('records come out whole, however the stream is cut', async (t) => {
  const messages = ['first', '', 'the third'].map((text) => Buffer.from(text));
  const stream = Buffer.concat(messages.map(markRecord));
  for (let size = 1; size <= stream.length; size += 1) {
    const reader = new RecordReader(9);
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const record of reader.feed(stream.subarray(at, at + size))) found.push(record.toString());
    }
    t.strictSame(found, ['first', '', 'the third'], `in pieces of ${size}`);
  }
});

t.test('fragments of one record are joined', async (t) => {
  const stream = Buffer.from('00000002616280000002' + '6364' + '8000000165', 'hex');
  t.strictSame(new RecordReader(4).feed(stream).map(String), ['abcd', 'e']);
});

t.test('a fragment of nothing that is not the last is refused, for there is no end of them', async (t) => {
  const empty = { code: 'malformed', message: 'RPC record has an empty fragment' };
  t.throws(() => new RecordReader(100).feed(Buffer.from('00000000', 'hex')), empty);
  t.throws(() => new RecordReader(100).feed(Buffer.from('00000002616200000000', 'hex')), empty);
  const ended = Buffer.from('00000002616280000000', 'hex');
  t.strictSame(new RecordReader(100).feed(ended).map(String), ['ab'], 'the last one may be empty');
});

t.test('a record that would be too long is refused before it is there', async (t) => {
  const malformed = { code: 'malformed' };
  t.throws(() => new RecordReader(100).feed(Buffer.from('ffffffff', 'hex')), malformed);
  t.throws(() => new RecordReader(100).feed(Buffer.from('7fffffff', 'hex')), malformed);
  t.throws(() => new RecordReader(3).feed(Buffer.from('00000002616280000002', 'hex')), malformed, 'in sum');
});
