import { Fault } from '../fault.ts';

/** XDR (RFC 4506) as ONC RPC needs it: everything is big endian and a multiple of four bytes long. */

/** An unsigned integer, 4 bytes. */
export function xdrUnsigned(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string or variable-length opaque: its length, its bytes (latin1), zeros up to a multiple of four. */
export function xdrString(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(4 + Math.ceil(text.length / 4) * 4).fill(0);
  bytes.writeUInt32BE(text.length);
  bytes.write(text, 4, 'latin1');
  return bytes;
}

/** Reads XDR that a stranger sent; every read that the bytes do not cover is a Fault `malformed`. */
export class XdrReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  unsigned(): number {
    const at = this.#at;
    this.#skip(4);
    return this.#bytes.readUInt32BE(at);
  }

  /** @param limit the longest length that is believed, in bytes. */
  opaque(limit: number): Buffer {
    const length = this.unsigned();
    if (length > limit) {
      throw new Fault('malformed', 'RPC data is longer than allowed', {
        found: `${length} bytes`,
        wanted: `at most ${limit}`,
      });
    }
    return this.#take(Math.ceil(length / 4) * 4).subarray(0, length);
  }

  /** A string of at most `limit` bytes, latin1. */
  string(limit: number): string {
    return this.opaque(limit).toString('latin1');
  }

  /** All bytes that were not read yet. */
  rest(): Buffer {
    return this.#take(this.#bytes.length - this.#at);
  }

  #take(length: number): Buffer {
    const at = this.#at;
    this.#skip(length);
    return this.#bytes.subarray(at, this.#at);
  }

  #skip(length: number): void {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      throw new Fault('malformed', 'RPC data ends too early', {
        found: `${this.#bytes.length} bytes`,
        wanted: `at least ${end}`,
      });
    }
    this.#at = end;
  }
}
