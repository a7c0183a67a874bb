import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, oneToOne, pan, resized, sameView, scaleAbout, scales, shownRectangle, smallestScale, toImage, toScreen, zoomAbout } from "../../static/reading/geometry.js";

const image = { rows: 2000, columns: 1000 };
const stage = { width: 900, height: 800 };

test("fit shows the whole image in the middle", () => {
  assert.deepEqual(fit(image, stage), { scale: 0.4, x: 250, y: 0, aspect: 1 });
});

test("fit enlarges what is smaller than the stage", () => {
  assert.equal(fit({ rows: 100, columns: 100 }, stage).scale, 8);
});

test("one to one lies on whole pixels", () => {
  const view = oneToOne({ rows: 301, columns: 301 }, stage);
  assert.deepEqual([view.scale, view.x % 1, view.y % 1], [1, 0, 0]);
});

test("image and screen points are each other's inverse", () => {
  const view = { scale: 0.37, x: 12.5, y: -40 };
  const { x, y } = toImage(view, toScreen(view, { x: 101.5, y: 77.25 }));
  assert.ok(Math.hypot(x - 101.5, y - 77.25) < 1e-9);
});

test("zoom keeps the point under the pointer", () => {
  const before = fit(image, stage);
  const point = { x: 400, y: 300 };
  const held = toImage(before, point);
  const after = toScreen(zoomAbout(before, 3, point, image, stage), held);
  assert.ok(Math.hypot(after.x - 400, after.y - 300) < 1e-9);
});

test("zoom stays within its bounds", () => {
  const view = fit(image, stage);
  const middle = { x: 450, y: 400 };
  assert.equal(zoomAbout(view, 1e9, middle, image, stage).scale, 16);
  assert.equal(zoomAbout(view, 1e-9, middle, image, stage).scale, smallestScale(image, stage));
});

test("scaling to one snaps to whole pixels", () => {
  const view = scaleAbout(fit(image, stage), 1, { x: 333.3, y: 222.2 }, image, stage);
  assert.ok(Number.isInteger(view.x) && Number.isInteger(view.y));
});

test("panning cannot lose the image", () => {
  const view = pan(fit(image, stage), 1e6, -1e6, image, stage);
  const { width, height } = shownRectangle(view, image, stage);
  assert.ok(width >= 48 && height >= 48);
});

test("the middle stays in the middle when the stage changes", () => {
  const wide = { width: 1300, height: 700 };
  const view = { scale: 2, x: -300, y: -700 };
  const before = toImage(view, { x: 450, y: 400 });
  const after = toImage(resized(view, image, stage, wide), { x: 650, y: 350 });
  assert.deepEqual(after, before);
});

test("a canvas pixel is shown where its centre is on the image", () => {
  const shown = shownRectangle({ scale: 1, x: 10.6, y: -3.4 }, { rows: 20, columns: 30 }, { width: 100, height: 100 });
  assert.deepEqual(shown, { x: 11, y: 0, width: 30, height: 17 });
});

test("views are the same by value", () => {
  assert.ok(sameView(fit(image, stage), fit(image, stage)));
  assert.equal(sameView(null, fit(image, stage)), false);
});

const tall = { rows: 100, columns: 200, aspect: 3 };

test("what is square in the patient is square on the stage", () => {
  const view = fit(tall, stage);
  assert.deepEqual(view, { scale: 800 / 300, x: 183, y: 0, aspect: 3 });
  const corner = toScreen(view, { x: 30, y: 10 });
  assert.ok(Math.abs(corner.x - view.x - (corner.y - view.y)) < 1e-9);
});

test("with oblong pixels, points come back and zoom keeps the one under the pointer", () => {
  const before = fit(tall, stage);
  const held = toImage(before, { x: 300, y: 200 });
  const after = zoomAbout(before, 2, { x: 300, y: 200 }, tall, stage);
  const { x, y } = toScreen(after, held);
  assert.ok(Math.hypot(x - 300, y - 200) < 1e-9);
  assert.equal(scales(after).y, 3 * scales(after).x);
});

test("one to one leaves no pixel smaller than the stage's", () => {
  assert.deepEqual(scales(oneToOne({ ...tall, aspect: 0.25 }, stage)), { x: 4, y: 1 });
  assert.deepEqual(scales(oneToOne(tall, stage)), { x: 1, y: 3 });
});

test("oblong pixels fill as many rows of the stage as they are high", () => {
  const shown = shownRectangle({ scale: 1, x: 0, y: -10, aspect: 3 }, { rows: 20, columns: 30 }, stage);
  assert.deepEqual(shown, { x: 0, y: 0, width: 30, height: 50 });
});

test("views of other aspects differ", () => {
  assert.equal(sameView(fit(tall, stage), { ...fit(tall, stage), aspect: 2 }), false);
});
