import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadingClock, whenPainted } from "../../static/reading/timing.js";

function clockAt(options) {
  const time = { now: 1000 };
  return { time, clock: new ReadingClock(() => time.now, options) };
}

test("all times count from the serving", () => {
  const { time, clock } = clockAt();
  time.now = 1412.4;
  clock.painted();
  time.now = 2830;
  clock.input();
  time.now = 10120;
  assert.deepEqual(clock.times(), { ready_ms: 412, first_input_ms: 1830, read_ms: 9120, visible_ms: 9120 });
});

test("a hidden page counts as reading time, not as visible time", () => {
  const { time, clock } = clockAt();
  time.now = 2000;
  clock.hide();
  clock.hide();
  time.now = 5000;
  clock.show();
  clock.show();
  time.now = 6000;
  assert.deepEqual([clock.times().read_ms, clock.times().visible_ms], [5000, 2000]);
});

test("a page still hidden is taken out up to now", () => {
  const { time, clock } = clockAt({ hidden: true });
  time.now = 4000;
  assert.deepEqual([clock.times().read_ms, clock.times().visible_ms], [3000, 0]);
});

test("input before the image counts for nothing, and only the first counts", () => {
  const { time, clock } = clockAt();
  clock.input();
  clock.painted(1100);
  time.now = 1200;
  clock.input();
  time.now = 1300;
  clock.input();
  assert.equal(clock.times().first_input_ms, 200);
});

test("a reload goes on where the draft stopped", () => {
  const carried = { ready_ms: 400, first_input_ms: 900, read_ms: 5000, visible_ms: 3000 };
  const { time, clock } = clockAt({ carried });
  time.now = 2000;
  clock.painted();
  assert.deepEqual(clock.times(), { ready_ms: 400, first_input_ms: 900, read_ms: 6000, visible_ms: 4000 });
});

test("nothing painted is null, not zero", () => {
  assert.deepEqual([clockAt().clock.times().ready_ms, clockAt().clock.times().first_input_ms], [null, null]);
});

test("the pixel is read back before the frame callback is asked for", async () => {
  const order = [];
  const requestFrame = (callback) => (order.push("frame"), callback());
  const at = await whenPainted({ readBack: () => order.push("read") }, requestFrame, () => 77);
  assert.deepEqual([...order, at], ["read", "frame", 77]);
});
