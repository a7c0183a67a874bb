// A stored frame's bytes -> unsigned 16-bit grey values. See docs on the frame's container: header, low plane, high plane, tail.

const HEADER_BYTES = 16;
const MAGIC = 0x31465352; // "RSF1", read little-endian

export class PayloadError extends Error {
  constructor(message) {
    super(message);
    this.name = "PayloadError";
  }
}

export function readHeader(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new PayloadError("The frame ends within its header.");
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new PayloadError("The bytes are not a frame.");
  const rows = view.getUint32(4, true);
  const columns = view.getUint32(8, true);
  const body = view.getUint32(12, true);
  if (rows < 1 || columns < 1 || body !== 2 * rows * columns) {
    throw new PayloadError(`The frame's header contradicts itself: ${rows} x ${columns}, ${body} bytes.`);
  }
  if (buffer.byteLength < HEADER_BYTES + body) throw new PayloadError("The frame is cut short.");
  return { rows, columns };
}

export function decodePayload(buffer) {
  const { rows, columns } = readHeader(buffer);
  const size = rows * columns;
  const low = new Uint8Array(buffer, HEADER_BYTES, size);
  const high = new Uint8Array(buffer, HEADER_BYTES + size, size);
  const values = new Uint16Array(size);
  for (let start = 0; start < size; start += columns) {
    let value = 0;
    for (let at = start; at < start + columns; at++) {
      const zigzag = low[at] | (high[at] << 8);
      value = (value + ((zigzag >>> 1) ^ -(zigzag & 1))) & 0xffff;
      values[at] = value;
    }
  }
  return { rows, columns, values };
}
