import { execFileSync } from 'node:child_process';
import t from 'tap';
import { crc32 } from '../../../lib/store/crc32.ts';

t.test('the check value of CRC-32/ISO-HDLC, and its edges', async (t) => {
  t.equal(crc32('123456789'), 'cbf43926');
  t.equal(crc32(''), '00000000');
  t.equal(crc32('\0'), 'd202ef8d');
});

t.test(
  'it is the checksum that gzip writes, so that a store can be checked with ordinary tools',
  async (t) => {
    const text = 'caf\xe9 \x00\xff {"type":"removed"}';
    const gzip = execFileSync('gzip', ['-c'], { input: Buffer.from(text, 'latin1') });
    t.equal(
      crc32(text),
      gzip
        .readUInt32LE(gzip.length - 8)
        .toString(16)
        .padStart(8, '0'),
    );
  },
);
