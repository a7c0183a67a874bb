import assert from "node:assert/strict";
import test from "node:test";

import { around, between, covers, moved, proposed, sized } from "../../static/gallery/rectangles.js";

test("a drag in any direction gives whole pixels within the image", () => {
  assert.deepEqual(between({ x: 20.4, y: 30.6 }, { x: -5, y: 10.2 }, 100, 80), [0, 10, 21, 21]);
  assert.deepEqual(between({ x: 90, y: 70 }, { x: 900, y: 900 }, 100, 80), [90, 70, 10, 10]);
});

test("a click draws nothing", () => {
  assert.equal(between({ x: 5, y: 5 }, { x: 5.5, y: 5.5 }, 100, 80), null);
});

test("a word is covered with room around it", () => {
  assert.ok(covers(around(["DOE", 10, 10, 30, 9, 90], 100, 80), [10, 10, 30, 9]));
});

test("the next rectangle by keys goes over the first word that is not covered", () => {
  const words = [["A", 10, 10, 10, 9, 90], ["B", 50, 50, 10, 9, 90]];
  const first = proposed(words, [], 100, 80);
  assert.ok(covers(first, [10, 10, 10, 9]));
  assert.ok(covers(proposed(words, [first], 100, 80), [50, 50, 10, 9]));
  assert.deepEqual(proposed([], [], 100, 80), [0, 0, 25, 4]);
});

test("keys move and size within the image", () => {
  assert.deepEqual(moved([90, 70, 10, 10], 5, -5, 100, 80), [90, 65, 10, 10]);
  assert.deepEqual(sized([90, 70, 10, 10], 5, -50, 100, 80), [90, 70, 10, 3]);
});
