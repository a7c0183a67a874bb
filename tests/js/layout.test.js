import assert from "node:assert/strict";
import { test } from "node:test";
import { paneCount, paneSize, wrapped } from "../../static/reading/layout.js";

const images = (...counts) => counts.map((count) => ({ frames: Array(count).fill("/frame") }));

test("two to four images of one frame stand side by side", () => {
  assert.deepEqual([[1], [1, 1], [1, 1, 1], [1, 1, 1, 1]].map((counts) => paneCount(images(...counts))), [1, 2, 3, 4]);
});

test("stacks and more images than fit are seen one at a time", () => {
  assert.deepEqual([[300], [1, 20], [1, 1, 1, 1, 1]].map((counts) => paneCount(images(...counts))), [1, 1, 1]);
});

test("panes share the stage but for the gaps", () => {
  const stage = { width: 903, height: 803 };
  assert.deepEqual(paneSize(stage, 1, 3), stage);
  assert.deepEqual(paneSize(stage, 2, 3), { width: 450, height: 803 });
  assert.deepEqual(paneSize(stage, 4, 3), { width: 450, height: 400 });
});

test("after the last image comes the first", () => {
  assert.deepEqual([wrapped(3, 3), wrapped(-1, 3), wrapped(1, 3)], [0, 2, 1]);
});
