import { Fault } from '../fault.ts';

/** Record marking for RPC over a byte stream (RFC 5531, section 11). */

const LAST_FRAGMENT = 0x8000_0000;

/** A message as one record of one fragment. */
export function markRecord(message: Buffer): Buffer {
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE(LAST_FRAGMENT + message.length);
  return Buffer.concat([mark, message]);
}

/** Puts records together again from what a stream brings, in pieces of any size. */
export class RecordReader {
  readonly #limit: number;
  #unread: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #length = 0;

  /** @param limit the longest record that is accepted, in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @returns the records that are complete with this piece.
   * @throws Fault `malformed` as soon as a record announces that it will be longer than the limit, or has a fragment of
   *   nothing that is not its last: of these there is no end.
   */
  feed(piece: Buffer): Buffer[] {
    const records: Buffer[] = [];
    this.#unread = Buffer.concat([this.#unread, piece]);
    while (this.#unread.length >= 4) {
      const mark = this.#unread.readUInt32BE();
      const last = mark >= LAST_FRAGMENT;
      const length = last ? mark - LAST_FRAGMENT : mark;
      if (this.#length + length > this.#limit) {
        throw new Fault('malformed', 'RPC record is too long', {
          found: `${this.#length + length} bytes`,
          wanted: `at most ${this.#limit}`,
        });
      }
      if (length === 0 && !last) throw new Fault('malformed', 'RPC record has an empty fragment');
      if (this.#unread.length < 4 + length) break;
      this.#fragments.push(this.#unread.subarray(4, 4 + length));
      this.#length += length;
      this.#unread = this.#unread.subarray(4 + length);
      if (!last) continue;
      records.push(Buffer.concat(this.#fragments));
      this.#fragments = [];
      this.#length = 0;
    }
    return records;
  }
}
