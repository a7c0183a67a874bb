import assert from "node:assert/strict";
import { test } from "node:test";
import { EventTimes, ReadingClock, refreshInterval, whenPainted } from "../../static/reading/timing.js";

function clockAt(options) {
  const time = { now: 1000 };
  return { time, clock: new ReadingClock(() => time.now, options) };
}

// Lets time pass as a running page does, beating every second.
function run({ time, clock }, until) {
  while (time.now < until) {
    time.now = Math.min(time.now + 1000, until);
    clock.beat();
  }
}

function spans({ clock }) {
  const { read_ms, visible_ms, focused_ms } = clock.times();
  return [read_ms, visible_ms, focused_ms];
}

test("all times count from the serving", () => {
  const { time, clock } = clockAt();
  time.now = 1412.4;
  clock.painted();
  time.now = 2830;
  clock.input();
  time.now = 10120;
  const spent = { read_ms: 9120, visible_ms: 9120, focused_ms: 9120 };
  assert.deepEqual(clock.times(), { ready_ms: 412, first_input_ms: 1830, ...spent });
});

test("a hidden page counts as reading time alone; one without the keyboard counts as visible", () => {
  const one = clockAt();
  one.time.now = 2000;
  one.clock.attend(false, false);
  one.time.now = 95000;
  one.clock.attend(true, false);
  one.time.now = 98000;
  one.clock.attend(true, true);
  one.time.now = 99000;
  assert.deepEqual(spans(one), [98000, 5000, 2000]);
});

test("a page still hidden is taken out up to now", () => {
  const one = clockAt({ seen: false, focused: false });
  one.time.now = 4000;
  assert.deepEqual(spans(one), [3000, 0, 0]);
});

test("a reading of many minutes counts whole while the page beats", () => {
  const one = clockAt();
  run(one, 601000);
  assert.deepEqual(spans(one), [600000, 600000, 600000]);
});

test("a machine that slept on a visible page is noticed and taken out, once", () => {
  const slept = [];
  const one = clockAt({ onSleep: (span) => slept.push(span) });
  run(one, 5000);
  one.time.now = 65000;
  assert.deepEqual([spans(one), spans(one), slept], [[64000, 4000, 4000], [64000, 4000, 4000], [60000]]);
});

test("sleep on a hidden page is hidden time, no more", () => {
  const slept = [];
  const one = clockAt({ seen: false, onSleep: (span) => slept.push(span) });
  one.time.now = 65000;
  one.clock.attend(true, true);
  assert.deepEqual([spans(one), slept], [[64000, 0, 0], []]);
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
  const carried = { ready_ms: 400, first_input_ms: 900, read_ms: 5000, visible_ms: 3000, focused_ms: 2000 };
  const { time, clock } = clockAt({ carried });
  time.now = 2000;
  clock.painted();
  const spent = { read_ms: 6000, visible_ms: 4000, focused_ms: 3000 };
  assert.deepEqual(clock.times(), { ready_ms: 400, first_input_ms: 900, ...spent });
});

test("nothing painted is null, not zero", () => {
  assert.deepEqual([clockAt().clock.times().ready_ms, clockAt().clock.times().first_input_ms], [null, null]);
});

test("the pixel is read back before the frame callbacks are asked for; the second one tells", async () => {
  const order = [];
  const requestFrame = (callback) => (order.push("frame"), callback());
  const at = await whenPainted({ readBack: () => order.push("read") }, requestFrame, () => 77);
  assert.deepEqual([...order, at], ["read", "frame", "frame", 77]);
});

test("the refresh interval is the median, whatever one late frame says", async () => {
  let at = 0;
  const requestFrame = (tick) => queueMicrotask(() => tick((at += at === 50.01 ? 900 : 16.67)));
  assert.equal(await refreshInterval(requestFrame), 16.7);
});

test("an input's duration is found by its stamp; unknown inputs and other events have none", () => {
  let tell;
  class Observer {
    static supportedEntryTypes = ["event"];
    constructor(callback) { tell = (entries) => callback({ getEntries: () => entries }); }
    observe(asked) { this.asked = asked; }
  }
  const events = new EventTimes(Observer);
  tell([{ name: "keydown", startTime: 5.1, duration: 224 }, { name: "pointerover", startTime: 6, duration: 80 }]);
  assert.deepEqual([events.of(5.1), events.of(6), events.of(null)], [224, null, null]);
});

test("a browser without Event Timing says nothing", () => {
  assert.equal(new EventTimes(class {}).of(1), null);
});

test("only the last fifty inputs are remembered", () => {
  let tell;
  class Observer {
    static supportedEntryTypes = ["event"];
    constructor(callback) { tell = (entries) => callback({ getEntries: () => entries }); }
    observe() {}
  }
  const events = new EventTimes(Observer);
  tell(Array.from({ length: 60 }, (_, i) => ({ name: "click", startTime: i, duration: 16 })));
  assert.deepEqual([events.of(9), events.of(10)], [null, 16]);
});
