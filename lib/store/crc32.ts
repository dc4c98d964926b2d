/** Remainders of every byte for the reversed polynomial of CRC-32 (ISO 3309, as in zlib and `gzip`). */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/**
 * CRC-32 of a latin1 string, one character a byte, as 8 lower-case hex digits: what `printf %s TEXT | gzip -c`
 * keeps before its last four bytes. (node:zlib has a crc32 only from Node 20.15 on.)
 */
export function crc32(text: string): string {
  let crc = -1;
  for (let at = 0; at < text.length; at++) {
    crc = (crc >>> 8) ^ Number(REMAINDERS[(crc ^ text.charCodeAt(at)) & 0xff]);
  }
  return (~crc >>> 0).toString(16).padStart(8, '0');
}
