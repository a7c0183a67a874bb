import assert from "node:assert/strict";
import { test } from "node:test";
import { addMark, boxAbout, boxBetween, growMark, holdAt, labelMark, noMarks, nudgeMark, removeMark, resizeMark, selectMark, undoMark } from "../../static/reading/marks.js";

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

const unit = { x: 1, y: 1 };
const box = { ...at(10, 20), kind: "box", width: 20, height: 30 };
const boxed = (more = {}) => addMark(noMarks(), { ...box, ...more }, extent);
const place = ({ x, y, width, height }) => [x, y, width, height];
const first = (marks) => place(marks.points[0]);

test("the nearest mark within reach is found, on its own frame", () => {
  assert.deepEqual(holdAt(one(), at(12, 21), unit, 3), { index: 0 });
  assert.equal(holdAt(one(), at(20, 20), unit, 3), null);
  assert.equal(holdAt(one(), at(10, 20, { frame: 1 }), unit, 3), null);
  assert.equal(holdAt(noMarks(), at(10, 20), unit, 3), null);
});

test("reach is on the screen, whatever a pixel's shape", () => {
  assert.deepEqual(holdAt(one(), at(16, 20), { x: 2, y: 1 }, 3), { index: 0 });
  assert.equal(holdAt(one(), at(10, 26), { x: 2, y: 1 }, 3), null);
});

test("a box lies between two corners, however they were drawn", () => {
  for (const [a, b] of [[[5, 6], [15, 30]], [[15, 30], [5, 6]], [[5, 30], [15, 6]]]) {
    assert.deepEqual(place(boxBetween(at(...a), at(...b), extent)), [5, 6, 10, 24]);
  }
});

test("a box stays on the image and is never empty", () => {
  assert.deepEqual(place(boxBetween(at(-9, 90), at(20, 400), extent)), [0, 90, 20, 10]);
  assert.deepEqual(place(boxBetween(at(80, 400), at(90, 500), extent)), [49, 99, 1, 1]);
});

test("a new box is about its place and fits the image", () => {
  assert.deepEqual(place(boxAbout(at(25, 50), { width: 10, height: 20 }, extent)), [20, 40, 10, 20]);
  assert.deepEqual(place(boxAbout(at(1, 99), { width: 10, height: 500 }, extent)), [0, 0, 10, 100]);
});

test("a nudged box keeps its size at the edge", () => {
  assert.deepEqual(first(nudgeMark(boxed(), 500, -500, extent)), [30, 0, 20, 30]);
});

test("growing moves the lower right corner, down to one pixel", () => {
  assert.deepEqual(first(growMark(boxed(), 5, -10, extent)), [10, 20, 25, 20]);
  assert.deepEqual(first(growMark(boxed(), -500, 500, extent)), [10, 20, 1, 80]);
  const point = one();
  assert.equal(growMark(point, 5, 5, extent), point);
});

test("a corner is dragged against its opposite, and across it", () => {
  assert.deepEqual(first(resizeMark(boxed(), 0, at(5, 10), extent)), [5, 10, 25, 40]);
  assert.deepEqual(first(resizeMark(boxed(), 2, at(4, 60), extent)), [4, 20, 6, 40]);
  assert.deepEqual(first(undoMark(resizeMark(boxed(), 1, at(4, 60), extent))), [10, 20, 20, 30]);
});

test("corners of the selected box are held before outlines", () => {
  assert.deepEqual(holdAt(boxed(), at(31, 49), unit, 3), { index: 0, corner: 2 });
  assert.deepEqual(holdAt(selectMark(boxed(), -1), at(31, 49), unit, 3), { index: 0 });
});

test("a box is held by its outline, its inside is free", () => {
  assert.deepEqual(holdAt(boxed(), at(20, 21), unit, 3), { index: 0 });
  assert.equal(holdAt(boxed(), at(20, 35), unit, 3), null);
  assert.equal(holdAt(boxed(), at(20, 55), unit, 3), null);
});

test("an ellipse is held by its own outline, not by its box", () => {
  const drawn = selectMark(boxed({ kind: "ellipse" }), -1);
  assert.deepEqual(holdAt(drawn, at(20, 21), unit, 3), { index: 0 });
  assert.equal(holdAt(drawn, at(11, 21), unit, 3), null);
  assert.equal(holdAt(drawn, at(20, 35), unit, 3), null);
});

test("a label is given to the selected mark and can be undone", () => {
  const labelled = labelMark(boxed(), "nodule");
  assert.equal(labelled.points[0].label, "nodule");
  assert.equal(undoMark(labelled).points[0].label, undefined);
});
