import assert from "node:assert/strict";
import { test } from "node:test";
import { fits, sizeOf } from "../../static/reading/cover.js";

const view = (innerWidth, innerHeight, devicePixelRatio = 1) => ({ innerWidth, innerHeight, devicePixelRatio });
const LEAST = [1024, 700];

test("a window of exactly the size is large enough, one pixel less is not", () => {
  assert.deepEqual([view(1024, 700), view(1023, 700), view(1024, 699)].map((one) => fits(one, LEAST)), [true, false, false]);
});

test("page zoom changes nothing, in and out", () => {
  assert.equal(fits(view(512, 350, 2), LEAST), true);
  assert.equal(fits(view(511, 350, 2), LEAST), false);
  assert.equal(fits(view(2048, 1400, 0.5), LEAST), true);
  assert.equal(fits(view(2047, 1400, 0.5), LEAST), false);
});

test("the part of a CSS pixel that browsers do not tell counts for the reader", () => {
  for (const zoom of [1.1, 1.25, 1.5, 1.75]) {
    assert.equal(fits(view(Math.floor(1024 / zoom), Math.floor(700 / zoom), zoom), LEAST), true, `at ${zoom}`);
  }
});

test("a size is told in device pixels", () => {
  assert.deepEqual(sizeOf(view(640, 400, 1.5)), [960, 600]);
});
