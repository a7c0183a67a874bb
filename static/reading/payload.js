// A stored frame's bytes -> unsigned 16-bit grey values. See docs on the frame's container: header, low plane, high plane, tail.

const HEADER_BYTES = 16;
const MAGIC = 0x32465352; // "RSF2", read little-endian
const FORMER_MAGIC = 0x31465352; // "RSF1": every row is foretold as the first one is

export class PayloadError extends Error {
  constructor(message) {
    super(message);
    this.name = "PayloadError";
  }
}

export function readHeader(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new PayloadError("The frame ends within its header.");
  const view = new DataView(buffer);
  const magic = view.getUint32(0, true);
  if (magic !== MAGIC && magic !== FORMER_MAGIC) throw new PayloadError("The bytes are not a frame.");
  const rows = view.getUint32(4, true);
  const columns = view.getUint32(8, true);
  const body = view.getUint32(12, true);
  if (rows < 1 || columns < 1 || body !== 2 * rows * columns) {
    throw new PayloadError(`The frame's header contradicts itself: ${rows} x ${columns}, ${body} bytes.`);
  }
  if (buffer.byteLength < HEADER_BYTES + body) throw new PayloadError("The frame is cut short.");
  return { rows, columns, isFormer: magic === FORMER_MAGIC };
}

// The first row by its left neighbours; the others by the weighted mean of left, up, up-right and up-left (prediction.py).
export function decodePayload(buffer) {
  const { rows, columns, isFormer } = readHeader(buffer);
  const size = rows * columns;
  const low = new Uint8Array(buffer, HEADER_BYTES, size);
  const high = new Uint8Array(buffer, HEADER_BYTES + size, size);
  const values = new Uint16Array(size);
  let corner = 0;
  for (let start = 0; start < size; start += columns) {
    const isFirst = start === 0 || isFormer;
    const above = start - columns;
    let left = isFirst ? 0 : values[above];
    let up = left;
    let upLeft = corner;
    corner = left;
    for (let at = start; at < start + columns; at++) {
      const zigzag = low[at] | (high[at] << 8);
      let foretold = left;
      if (!isFirst) {
        const upRight = at - columns + 1 < start ? values[at - columns + 1] : up;
        foretold = (4 * left + 3 * up + 2 * upRight - upLeft + 4) >> 3;
        upLeft = up;
        up = upRight;
      }
      left = (foretold + ((zigzag >>> 1) ^ -(zigzag & 1))) & 0xffff;
      values[at] = left;
    }
  }
  return { rows, columns, values };
}
