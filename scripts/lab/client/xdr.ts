/** Writes the XDR types that NFSv3, NLM4, statd and rpcbind need (RFC 4506). Every method returns the writer. */
export class XdrWriter {
  readonly #parts: Buffer[] = [];

  u32(value: number): this {
    const word = Buffer.alloc(4);
    word.writeUInt32BE(value >>> 0);
    this.#parts.push(word);
    return this;
  }

  u64(value: bigint): this {
    const word = Buffer.alloc(8);
    word.writeBigUInt64BE(value);
    this.#parts.push(word);
    return this;
  }

  bool(value: boolean): this {
    return this.u32(value ? 1 : 0);
  }

  /** Bytes whose length both sides know. */
  fixed(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes), Buffer.alloc(-bytes.length & 3));
    return this;
  }

  /** Bytes with their length in front. */
  opaque(bytes: Uint8Array): this {
    return this.u32(bytes.length).fixed(bytes);
  }

  string(text: string): this {
    return this.opaque(Buffer.from(text));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Reads what {@link XdrWriter} writes. A message that ends too early throws a RangeError. */
export class XdrReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u32(): number {
    return this.#take(4).readUInt32BE();
  }

  u64(): bigint {
    return this.#take(8).readBigUInt64BE();
  }

  bool(): boolean {
    return this.u32() !== 0;
  }

  fixed(length: number): Buffer {
    const bytes = this.#take(length);
    this.#take(-length & 3);
    return bytes;
  }

  opaque(): Buffer {
    return this.fixed(this.u32());
  }

  string(): string {
    return this.opaque().toString();
  }

  /** What has not been read yet. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('an RPC message ends too early');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
