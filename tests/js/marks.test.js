import assert from "node:assert/strict";
import { test } from "node:test";
import { addMark, markNear, noMarks, nudgeMark, removeMark, selectMark, undoMark } from "../../static/reading/marks.js";

const extent = { rows: 100, columns: 50 };
const at = (x, y, more = {}) => ({ image: 0, frame: 0, x, y, ...more });
const one = () => addMark(noMarks(), at(10, 20), extent);

test("a mark is a point of a frame, in image pixels, and selected", () => {
  const { points, selected } = one();
  assert.deepEqual([points, selected], [[{ image: 0, frame: 0, kind: "point", x: 10, y: 20 }], 0]);
});

test("marks stay on the image", () => {
  assert.deepEqual([addMark(noMarks(), at(-5, 900), extent).points[0]].map(({ x, y }) => [x, y]), [[0, 100]]);
});

test("nudging moves the selected mark alone", () => {
  const two = addMark(one(), at(30, 30), extent);
  assert.deepEqual(nudgeMark(two, 1, -2, extent).points.map(({ x, y }) => [x, y]), [[10, 20], [31, 28]]);
});

test("nothing selected, nothing nudged", () => {
  const marks = selectMark(one(), -1);
  assert.equal(nudgeMark(marks, 1, 1, extent), marks);
});

test("undo takes back each change, down to the start", () => {
  const marks = removeMark(nudgeMark(one(), 5, 0, extent));
  assert.equal(marks.points.length, 0);
  assert.equal(undoMark(marks).points[0].x, 15);
  assert.equal(undoMark(undoMark(marks)).points[0].x, 10);
  assert.deepEqual(undoMark(undoMark(undoMark(undoMark(marks)))).points, []);
});

test("without a selection the last mark is removed", () => {
  const two = selectMark(addMark(one(), at(30, 30), extent), -1);
  assert.deepEqual(removeMark(two).points.map(({ x }) => x), [10]);
});

test("the nearest mark within reach is found, on its own frame", () => {
  assert.equal(markNear(one(), at(12, 21), 3), 0);
  assert.equal(markNear(one(), at(20, 20), 3), -1);
  assert.equal(markNear(one(), at(10, 20, { frame: 1 }), 3), -1);
  assert.equal(markNear(noMarks(), at(10, 20), 3), -1);
});

test("reach is measured as the image is shown", () => {
  assert.equal(markNear(one(), at(10, 22), 3, 2), -1);
  assert.equal(markNear(one(), at(10, 21), 3, 2), 0);
});
