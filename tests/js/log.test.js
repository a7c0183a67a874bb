import assert from "node:assert/strict";
import { test } from "node:test";
import { InteractionLog, MOST, seePane } from "../../static/reading/log.js";

const rows = (log) => log.rows().events;
const times = (log) => rows(log).reduce((all, [since]) => [...all, (all.at(-1) ?? 0) + since], []);

test("rows carry the time since the row before", () => {
  const log = new InteractionLog();
  log.note(100, "shown");
  log.note(350, "frame", 0, 7);
  assert.deepEqual(log.rows(), { events: [[100, "shown"], [250, "frame", 0, 7]], truncated: 0 });
});

test("a drag keeps its first row, its last, and at most about twenty a second", () => {
  const log = new InteractionLog();
  for (let at = 0; at <= 2000; at += 8) log.note(at, "window", 0, at, 4000, 0);
  const kept = rows(log);
  assert.deepEqual([kept[0][3], kept.at(-1)[3]], [0, 2000]);
  assert.ok(kept.length >= 30 && kept.length <= 42, String(kept.length));
});

test("the end of a drag is kept when something else follows, in its place in time", () => {
  const log = new InteractionLog();
  for (const at of [0, 20, 40]) log.note(at, "view", 0, 1, at, 0);
  log.note(45, "frame", 0, 3);
  assert.deepEqual(rows(log), [[0, "view", 0, 1, 0, 0], [40, "view", 0, 1, 40, 0], [5, "frame", 0, 3]]);
});

test("the end of one drag is not lost in the next", () => {
  const log = new InteractionLog();
  for (const at of [0, 30, 5000]) log.note(at, "window", 0, at, 9, 0);
  assert.deepEqual(times(log), [0, 30, 5000]);
});

test("two panes dragged together are thinned each, and time never goes back", () => {
  const log = new InteractionLog();
  for (let at = 0; at <= 1000; at += 16) [0, 1].forEach((image) => log.note(at, "view", image, at, 0, 0));
  const kept = rows(log);
  assert.ok(kept.every(([since]) => since >= 0) && kept.length <= 44, String(kept.length));
  assert.deepEqual([0, 1].map((image) => kept.findLast((row) => row[2] === image)[3]), [992, 992]);
});

test("every frame of a fast scroll is kept", () => {
  const log = new InteractionLog();
  for (let frame = 0; frame < 60; frame++) log.note(frame * 16, "frame", 0, frame);
  assert.equal(rows(log).length, 60);
});

test("what is seen is noted when it changes", () => {
  const log = new InteractionLog();
  for (const low of [0, 0, 5, 5, 0]) log.see(low, "window0", "window", 0, low, 9, 0);
  log.see(500, "view0", "view", 0, 1, 2, 3);
  assert.deepEqual(rows(log).map((row) => row[1]), ["window", "window", "view"]);
});

test("a pane shows its frame, its window and the image point in its middle", () => {
  const seen = [];
  const pane = {
    place: { image: 1, frame: 4 },
    voi: { low: 0.04, high: 4095.06, invert: true },
    view: { scale: 0.123456789, x: 0, y: 0 },
    middle: { x: 10, y: 20 },
    toImage: () => ({ x: 81.0001, y: 162.04 }),
  };
  seePane((key, ...row) => seen.push(row), pane);
  assert.deepEqual(seen, [["frame", 1, 4], ["window", 1, 0, 4095.1, 1], ["view", 1, 0.12346, 81, 162]]);
});

test("beyond the limit rows are counted, not kept", () => {
  const log = new InteractionLog();
  for (let at = 0; at < MOST + 12; at++) log.note(at, "frame", 0, at);
  assert.deepEqual([rows(log).length, log.rows().truncated], [MOST, 12]);
});

test("a reload goes on with the rows of before", () => {
  const log = new InteractionLog();
  log.note(100, "shown");
  const after = new InteractionLog(JSON.parse(JSON.stringify(log.rows())));
  after.note(900, "reload");
  assert.deepEqual(times(after), [100, 900]);
});

test("a clock that went back costs no row", () => {
  const log = new InteractionLog({ events: [[500, "shown"]], truncated: 3 });
  log.note(400, "reload");
  assert.deepEqual(log.rows(), { events: [[500, "shown"], [0, "reload"]], truncated: 3 });
});

test("the largest log stays far below what a tab or the server takes", () => {
  const log = new InteractionLog();
  for (let i = 0; i <= MOST; i++) log.note(i * 60, "view", i % 10, 12.345, 10240.5 + i, 10240.5);
  assert.ok(JSON.stringify(log.rows()).length < 300_000);
});

test("what was said before stays as it was said", () => {
  const log = new InteractionLog();
  log.note(1, "shown");
  const said = log.rows();
  const after = new InteractionLog(said);
  for (const one of [log, after]) one.note(2, "hidden");
  assert.equal(said.events.length, 1);
});
