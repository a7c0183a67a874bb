import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticWindow, brighter, decodeLut, dragWindow, initialWindow, inverted, level, moreContrast, toByte } from "../../static/reading/window.js";

const display = (more) => ({ shape: "linear", low: 100, high: 300, lut: null, lut_first: 0, invert: false, padding: null, ...more });
const voi = (more) => initialWindow(display(more));
const base64 = (numbers) => Buffer.from(new Uint16Array(numbers).buffer).toString("base64");

test("linear is straight between its bounds and flat outside", () => {
  const levels = [0, 100, 150, 200, 300, 9999].map((value) => level(voi(), value));
  assert.deepEqual(levels, [0, 0, 0.25, 0.5, 1, 1]);
});

test("a window without width is a step", () => {
  const step = voi({ low: 50, high: 50 });
  assert.deepEqual([49, 50, 51].map((value) => level(step, value)), [0, 0, 1]);
});

test("sigmoid is a half at the centre and follows DICOM's formula", () => {
  const curve = voi({ shape: "sigmoid" });
  assert.equal(level(curve, 200), 0.5);
  assert.ok(Math.abs(level(curve, 250) - 1 / (1 + Math.exp(-1))) < 1e-12);
});

test("a table is looked up from its first value on and held at its ends", () => {
  const table = voi({ shape: "lut", lut: base64([0, 13107, 65535]), lut_first: 10 });
  const levels = [0, 10, 11, 11.5, 12, 500].map((value) => level(table, value));
  assert.deepEqual(levels, [0, 0, 0.2, 0.6, 1, 1]);
});

test("a table of one entry is that entry", () => {
  assert.equal(level(voi({ shape: "lut", lut: base64([65535]), lut_first: 4 }), 4), 1);
});

test("tables are little-endian", () => {
  assert.deepEqual([...decodeLut("AQACAQ==")], [1, 258]);
});

test("inversion mirrors the grey, twice is none", () => {
  assert.equal(level(voi({ invert: true }), 150), 0.75);
  assert.equal(inverted(inverted(voi())).invert, false);
});

test("bytes are rounded to the nearest", () => {
  assert.deepEqual([-1, 0, 0.5, 0.499 / 255, 0.501 / 255, 2].map(toByte), [0, 0, 128, 0, 1, 255]);
});

test("dragging right widens, dragging down darkens", () => {
  assert.ok(dragWindow(voi(), 50, 0).high - dragWindow(voi(), 50, 0).low > 200);
  assert.ok(level(dragWindow(voi(), 0, 50), 200) < 0.5);
});

test("brighter is brighter on inverted images too", () => {
  for (const invert of [false, true]) {
    assert.ok(level(brighter(voi({ invert }), 1), 200) > level(voi({ invert }), 200));
  }
});

test("more contrast narrows about the same centre, never to nothing", () => {
  const narrow = moreContrast(voi(), 1);
  assert.ok(narrow.high - narrow.low < 200);
  assert.equal((narrow.high + narrow.low) / 2, 200);
  const least = moreContrast(voi(), 1000);
  assert.ok(least.high - least.low >= 1);
});

test("the automatic window leaves padding and a hundredth at each end aside", () => {
  const values = Uint16Array.from({ length: 1100 }, (_, i) => (i < 100 ? 5000 : 1000 + (i - 100)));
  const { low, high } = automaticWindow(voi(), values, [5000, 5000]);
  assert.deepEqual([low, high], [1009, 1989]);
});

test("an image of nothing but padding keeps its window", () => {
  assert.deepEqual(automaticWindow(voi(), new Uint16Array(4), [0, 0]), voi());
});
