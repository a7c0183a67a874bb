import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePayload, PayloadError } from "../../static/reading/payload.js";

// The coding of docs, written a second time, value by value.
function foretold(values, columns, row, column, name) {
  if (row === 0 || name === "RSF1") return column === 0 ? 0 : values[row * columns + column - 1];
  const at = (y, x) => {
    if (x < 0) return y > 0 ? values[(y - 1) * columns] : 0;
    return values[y * columns + Math.min(x, columns - 1)];
  };
  const [left, up, upRight, upLeft] = [[0, -1], [-1, 0], [-1, 1], [-1, -1]].map(([y, x]) => at(row + y, column + x));
  return Math.floor((4 * left + 3 * up + 2 * upRight - upLeft + 4) / 8);
}

function payload(rows, columns, values, tail = [], name = "RSF2") {
  const body = new Uint8Array(2 * values.length);
  values.forEach((value, i) => {
    const difference = ((value - foretold(values, columns, Math.floor(i / columns), i % columns, name)) << 16) >> 16;
    const zigzag = difference >= 0 ? 2 * difference : -2 * difference - 1;
    body[i] = zigzag & 255;
    body[values.length + i] = zigzag >> 8;
  });
  const header = new DataView(new ArrayBuffer(16));
  [...name].forEach((letter, i) => header.setUint8(i, letter.charCodeAt(0)));
  [rows, columns, body.length].forEach((number, i) => header.setUint32(4 + 4 * i, number, true));
  return new Uint8Array([...new Uint8Array(header.buffer), ...body, ...tail]).buffer;
}

test("values come back, extremes and wrapped differences included", () => {
  const values = [0, 65535, 0, 32768, 32767, 1];
  assert.deepEqual([...decodePayload(payload(2, 3, values)).values], values);
});

test("frames of the former coding are still read", () => {
  const values = [0, 65535, 0, 32768, 32767, 1];
  assert.deepEqual([...decodePayload(payload(2, 3, values, [], "RSF1")).values], values);
});

test("a single column and a single row come back", () => {
  const values = [7, 65535, 3, 900];
  for (const [rows, columns] of [[4, 1], [1, 4]]) {
    assert.deepEqual([...decodePayload(payload(rows, columns, values)).values], values);
  }
});

test("every difference of 16 bits comes back", () => {
  const values = Array.from({ length: 65536 }, (_, i) => (i * 40503) & 0xffff);
  assert.deepEqual([...decodePayload(payload(256, 256, values)).values], values);
});

test("a tail is ignored", () => {
  const frame = decodePayload(payload(1, 2, [7, 9], [255, 255, 255]));
  assert.deepEqual([frame.rows, frame.columns, ...frame.values], [1, 2, 7, 9]);
});

for (const [name, spoil] of [
  ["other bytes", (bytes) => bytes.fill(1, 0, 4)],
  ["a body that does not fit its header", (bytes) => bytes.fill(1, 12, 13)],
]) {
  test(`${name} are refused`, () => {
    const buffer = payload(1, 2, [7, 9]);
    spoil(new Uint8Array(buffer));
    assert.throws(() => decodePayload(buffer), PayloadError);
  });
}

test("a frame cut short is refused", () => {
  assert.throws(() => decodePayload(payload(2, 2, [1, 2, 3, 4]).slice(0, 20)), /cut short/);
  assert.throws(() => decodePayload(new ArrayBuffer(3)), /header/);
});
