/** A value of Thrift's compact protocol; structures by the ids of their fields. */
export type ThriftValue = number | bigint | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const kind = { yes: 1, no: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, struct: 12 };

/** Reads one structure of Thrift's compact protocol, which Parquet's footer is. */
export function readThrift(bytes: Uint8Array): ThriftStruct {
  return new Reader(bytes).struct();
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>();
    for (let id = 0; ; ) {
      const head = this.byte();
      if (head === 0) return fields;
      id = head >> 4 === 0 ? Number(this.signed()) : id + (head >> 4);
      const type = head & 15;
      fields.set(id, type === kind.yes || type === kind.no ? type === kind.yes : this.value(type));
    }
  }

  private value(type: number): ThriftValue {
    switch (type) {
      case kind.yes:
      case kind.no:
        return this.byte() === kind.yes; // in a list each takes a byte
      case kind.byte:
        return (this.byte() << 24) >> 24;
      case kind.i16:
      case kind.i32:
        return Number(this.signed());
      case kind.i64:
        return this.signed();
      case kind.double:
        return new DataView(this.take(8).slice().buffer).getFloat64(0, true);
      case kind.binary:
        return this.take(Number(this.unsigned()));
      case kind.list:
      case kind.set:
        return this.list();
      case kind.struct:
        return this.struct();
      default:
        throw new RangeError(`type ${type}`); // maps: Parquet's footer has none
    }
  }

  private list(): ThriftValue[] {
    const head = this.byte();
    const length = head >> 4 === 15 ? Number(this.unsigned()) : head >> 4;
    if (length > this.bytes.length) throw new RangeError(`a list of ${length}`);
    return Array.from({ length }, () => this.value(head & 15));
  }

  private signed(): bigint {
    const n = this.unsigned();
    return (n >> 1n) ^ -(n & 1n);
  }

  private unsigned(): bigint {
    let n = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      n |= BigInt(byte & 127) << shift;
      if (byte < 128) return n;
    }
  }

  private byte(): number {
    return this.take(1)[0] as number;
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError("the end came too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
