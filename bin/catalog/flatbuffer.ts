/** A table of a FlatBuffers file. Fields go by their place in the schema; what is absent is undefined. */
export class FlatTable {
  private readonly view: DataView;
  private readonly fields: number;

  private constructor(
    private readonly bytes: Uint8Array,
    private readonly at: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.fields = at - this.view.getInt32(at, true);
  }

  static root(bytes: Uint8Array): FlatTable {
    return new FlatTable(bytes, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
  }

  /** A number of one, four or eight bytes. */
  number(field: number, size: 1 | 4 | 8): number | undefined {
    const place = this.place(field);
    if (place === undefined) return undefined;
    if (size === 1) return this.view.getUint8(place);
    return size === 4 ? this.view.getUint32(place, true) : Number(this.view.getBigUint64(place, true));
  }

  /** A structure of bytes, which stands in the table itself. */
  struct(field: number, length: number): Uint8Array | undefined {
    const place = this.place(field);
    return place === undefined ? undefined : this.bytes.subarray(place, place + length);
  }

  string(field: number): string | undefined {
    const bytes = this.byteVector(field);
    return bytes && new TextDecoder().decode(bytes);
  }

  byteVector(field: number): Uint8Array | undefined {
    const vector = this.vector(field);
    return vector && this.bytes.subarray(vector.start, vector.start + vector.length);
  }

  numbers(field: number): number[] {
    const vector = this.vector(field);
    return Array.from({ length: vector?.length ?? 0 }, (_, i) =>
      this.view.getUint32((vector?.start ?? 0) + 4 * i, true),
    );
  }

  table(field: number): FlatTable | undefined {
    const place = this.place(field);
    return place === undefined ? undefined : this.behind(place);
  }

  tables(field: number): FlatTable[] {
    const vector = this.vector(field);
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => this.behind((vector?.start ?? 0) + 4 * i));
  }

  private place(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry >= this.view.getUint16(this.fields, true)) return undefined;
    const offset = this.view.getUint16(this.fields + entry, true);
    return offset === 0 ? undefined : this.at + offset;
  }

  private behind(place: number): FlatTable {
    return new FlatTable(this.bytes, place + this.view.getUint32(place, true));
  }

  private vector(field: number): { start: number; length: number } | undefined {
    const place = this.place(field);
    if (place === undefined) return undefined;
    const start = place + this.view.getUint32(place, true);
    return { start: start + 4, length: this.view.getUint32(start, true) };
  }
}
