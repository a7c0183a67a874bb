import assert from "node:assert/strict";
import { test } from "node:test";
import { Length, millimetres } from "../../static/reading/length.js";

const spacing = { row_mm: 0.5, column_mm: 0.25, kind: "detector" };

function opened(images) {
  const said = [];
  const length = new Length({ onChange: () => {}, say: (sentence) => said.push(sentence) });
  length.open({ length: true, images });
  length.toggle();
  return { length, said };
}

test("rows and columns have each their own spacing", () => {
  assert.equal(millimetres({ x: 0, y: 0 }, { x: 12, y: 8 }, spacing), 5);
});

test("a line says its millimetres and where they hold", () => {
  const { length } = opened([{ spacing }]);
  length.begin({ image: 0, frame: 2, x: 12, y: 8 }, (point) => point).move({ x: 0, y: 0 });
  const [{ label, frame, x, width, height }] = length.marks;
  assert.deepEqual([label, frame, x, width, height], ["5.0 mm at detector", 2, 0, 12, 8]);
});

test("pixels alone are no length", () => {
  const { length, said } = opened([{ spacing: null }]);
  length.begin({ image: 0, frame: 0, x: 1, y: 1 }, (point) => point).move({ x: 9, y: 9 });
  assert.deepEqual(length.marks, []);
  assert.match(said[0], /cannot be measured/);
});

test("lengths are gone with the case, and not offered where the protocol does not", () => {
  const { length } = opened([{ spacing }]);
  length.begin({ image: 0, frame: 0, x: 1, y: 1 }, (point) => point).move({ x: 9, y: 9 });
  length.open({ length: false, images: [] });
  assert.deepEqual([length.marks, length.isOn, length.toggle()], [[], false, false]);
});
