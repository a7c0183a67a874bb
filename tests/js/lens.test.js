import assert from "node:assert/strict";
import { test } from "node:test";
import { toImage, toScreen } from "../../static/reading/geometry.js";
import { lensView } from "../../static/reading/lens.js";

const view = { scale: 0.4, x: 250, y: -30 };

test("what is under the pointer is in the middle of the lens", () => {
  assert.deepEqual(toScreen(lensView(view, { x: 100, y: 50 }, 240), { x: 100, y: 50 }), { x: 120, y: 120 });
});

test("the lens shows at twice the zoom", () => {
  const lens = lensView(view, { x: 100, y: 50 }, 240);
  const across = (shown) => toImage(shown, { x: 40, y: 0 }).x - toImage(shown, { x: 0, y: 0 }).x;
  assert.ok(Math.abs(across(view) / across(lens) - 2) < 1e-9);
});

test("the lens keeps the shape of oblong pixels", () => {
  const lens = lensView({ ...view, aspect: 2 }, { x: 100, y: 50 }, 240);
  assert.deepEqual(toScreen(lens, { x: 110, y: 55 }), { x: 128, y: 128 });
});
