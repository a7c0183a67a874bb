import assert from "node:assert/strict";
import { test } from "node:test";
import { beat, clamped, otherRate, soonestFirst, wheelFrames } from "../../static/reading/stack.js";

test("every frame has its turn once", () => {
  for (const [at, way] of [[0, 1], [7, -1], [149, 1], [299, 1], [299, -1]]) {
    const order = soonestFirst(300, at, way);
    assert.equal(order[0], at);
    assert.deepEqual(order.toSorted((a, b) => a - b), Array.from({ length: 300 }, (_, i) => i));
  }
});

test("two frames ahead for each one behind", () => {
  assert.deepEqual(soonestFirst(100, 50, 1).slice(0, 7), [50, 51, 52, 49, 53, 54, 48]);
  assert.deepEqual(soonestFirst(100, 50, -1).slice(0, 7), [50, 49, 48, 51, 47, 46, 52]);
});

test("a stack of one frame is in order", () => {
  assert.deepEqual(soonestFirst(1, 0), [0]);
});

test("a notch of the wheel is a frame, three notches at once are three", () => {
  assert.deepEqual([100, -120, 300, 66].map((pixels) => wheelFrames(pixels).frames), [1, -1, 3, 1]);
});

test("a glide adds up, and turning round forgets it", () => {
  let glide = { rest: 0 };
  let gone = 0;
  for (let i = 0; i < 10; i++) {
    glide = wheelFrames(12, glide.rest);
    gone += glide.frames;
  }
  assert.equal(gone, 3);
  assert.equal(wheelFrames(-5, 39).rest, -5);
});

test("frames end where the stack ends", () => {
  assert.deepEqual([clamped(-Infinity, 300), clamped(12, 300), clamped(Infinity, 300)], [0, 12, 299]);
});

test("the film's speed has two ends", () => {
  assert.deepEqual([otherRate(10, 1), otherRate(10, -1), otherRate(30, 1), otherRate(2, -1)], [15, 5, 30, 2]);
});

test("the film keeps its beat, and after a halt it does not hurry", () => {
  assert.deepEqual(beat(1000, 1090, 10), { due: false, last: 1000 });
  assert.deepEqual(beat(1000, 1105, 10), { due: true, last: 1100 });
  assert.deepEqual(beat(1000, 5000, 10), { due: true, last: 5000 });
});
