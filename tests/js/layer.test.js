import assert from "node:assert/strict";
import { test } from "node:test";
import { runsOf } from "../../static/reading/layer.js";

const layer = (columns, numbers) => ({ rows: numbers.length / columns, columns, values: Uint16Array.from(numbers) });

test("runs are row, first column and column after the last", () => {
  assert.deepEqual([...runsOf(layer(4, [0, 1, 1, 0, 1, 0, 0, 1]))], [0, 1, 3, 1, 0, 1, 1, 3, 4]);
});

test("a run ends with its row", () => {
  assert.deepEqual([...runsOf(layer(2, [0, 1, 1, 0]))], [0, 1, 2, 1, 0, 1]);
});

test("nothing drawn is no run", () => {
  assert.equal(runsOf(layer(3, [0, 0, 0])).length, 0);
});
