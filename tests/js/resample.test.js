import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING, resample } from "../../static/reading/resample.js";

const frame = (columns, numbers, padding = null) => ({
  rows: numbers.length / columns, columns, values: Uint16Array.from(numbers), padding,
});
const floats = (bits) => [...bits].map((bit, i) => (bit === NOTHING ? null : new Float32Array(bits.buffer)[i]));
const whole = (width, height) => ({ x: 0, y: 0, width, height });

// The area under a canvas pixel, summed in a thousand small steps a side at most: slow and plainly right.
function slowAverage({ values, columns }, view, i, j, steps) {
  let sum = 0;
  for (let a = 0; a < steps; a++) {
    for (let b = 0; b < steps; b++) {
      const x = Math.floor((i + (a + 0.5) / steps - view.x) / view.scale);
      const y = Math.floor((j + (b + 0.5) / steps - view.y) / (view.scale * (view.aspect ?? 1)));
      sum += values[y * columns + x];
    }
  }
  return sum / steps ** 2;
}

test("one to one is exact", () => {
  const values = Array.from({ length: 12 }, (_, i) => i * 5461);
  assert.deepEqual(floats(resample(frame(4, values), { scale: 1, x: 0, y: 0 }, whole(4, 3))), values);
});

test("a half is the mean of four", () => {
  assert.deepEqual(floats(resample(frame(2, [1, 2, 3, 65535]), { scale: 0.5, x: 0, y: 0 }, whole(1, 1))), [16385.25]);
});

test("a fraction weighs by area", () => {
  const image = frame(50, Array.from({ length: 2500 }, (_, i) => (i * 7919) % 4096));
  const view = { scale: 0.4, x: 0, y: 0 };
  const levels = floats(resample(image, view, whole(20, 20)));
  for (const [i, j] of [[0, 0], [7, 3], [19, 19]]) {
    assert.ok(Math.abs(levels[j * 20 + i] - slowAverage(image, view, i, j, 400)) < 1);
  }
});

test("padding takes no part in averages", () => {
  const image = frame(2, [10, 999, 30, 999], [999, 999]);
  assert.deepEqual(floats(resample(image, { scale: 0.5, x: 0, y: 0 }, whole(1, 1))), [20]);
});

test("an area of padding alone is nothing", () => {
  const image = frame(4, [0, 0, 8, 8, 0, 0, 8, 8], [0, 0]);
  assert.deepEqual(floats(resample(image, { scale: 0.5, x: 0, y: 0 }, whole(2, 1))), [null, 8]);
});

test("enlarging is bilinear between pixel centres", () => {
  const levels = floats(resample(frame(2, [0, 100]), { scale: 4, x: 0, y: 0 }, whole(8, 1)));
  assert.deepEqual(levels, [0, 0, 12.5, 37.5, 62.5, 87.5, 100, 100]);
});

test("padding neither bleeds into an enlarged image nor is painted over", () => {
  const levels = floats(resample(frame(2, [0, 100], [0, 0]), { scale: 2, x: 0, y: 0 }, whole(4, 1)));
  assert.deepEqual(levels, [null, null, 100, 100]);
});

test("a part is cut from the whole", () => {
  const image = frame(4, Array.from({ length: 16 }, (_, i) => i));
  assert.deepEqual(floats(resample(image, { scale: 1, x: -1, y: -2 }, whole(2, 1))), [9, 10]);
});

test("an empty rectangle is empty", () => {
  assert.equal(resample(frame(1, [1]), { scale: 0.5, x: 0, y: 0 }, whole(0, 0)).length, 0);
});

test("oblong pixels are averaged by their own share each way", () => {
  const image = frame(50, Array.from({ length: 2500 }, (_, i) => (i * 7919) % 4096));
  const view = { scale: 0.4, x: 0, y: 0, aspect: 1.5 };
  const levels = floats(resample(image, view, whole(20, 30)));
  for (const [i, j] of [[0, 0], [7, 3], [19, 29]]) {
    assert.ok(Math.abs(levels[j * 20 + i] - slowAverage(image, view, i, j, 400)) < 1);
  }
});

test("what shrinks across and grows down is averaged across and linear down", () => {
  const image = frame(2, [10, 30, 100, 120]);
  assert.deepEqual(floats(resample(image, { scale: 0.5, x: 0, y: 0, aspect: 4 }, whole(1, 4))), [20, 42.5, 87.5, 110]);
});
