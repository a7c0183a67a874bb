import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { actionFor, capOf, refusal, useKeys } from "../../static/reading/keys.js";

const TABLE = JSON.parse(readFileSync(new URL("../../studies/keys.json", import.meta.url)));
useKeys(TABLE);

const free = { typing: false, multiline: false, marking: false };
const press = (key, context = free, more = {}) => actionFor({ key, ...more }, { ...free, ...context });

test("digits answer, letters steer", () => {
  assert.deepEqual(press("3"), { name: "digit", digit: "3" });
  assert.deepEqual(press("i"), { name: "invert" });
  assert.deepEqual(press("I"), { name: "invert" });
});

test("no letter is a choice key and no digit steers", () => {
  for (const digit of "0123456789") assert.equal(press(digit).name, "digit");
  for (const letter of "abcdefghijklmnopqrstuvwxyz") assert.notEqual(press(letter)?.name, "digit");
});

test("typing silences everything but Enter and Escape", () => {
  for (const key of ["3", "i", "+", "?", "ArrowUp", "Delete"]) assert.equal(press(key, { typing: true }), null);
  assert.equal(press("Enter", { typing: true }).name, "enter");
  assert.equal(press("Escape", { typing: true }).name, "leave");
});

test("Enter in a field of many lines is a new line; with Ctrl it submits", () => {
  const context = { typing: true, multiline: true };
  assert.equal(press("Enter", context), null);
  assert.equal(press("Enter", context, { ctrlKey: true }).name, "submit");
});

test("arrows move between questions, with Shift they pan, on a mark they nudge", () => {
  assert.deepEqual(press("ArrowDown"), { name: "question", by: 1 });
  assert.deepEqual(press("ArrowLeft", free, { shiftKey: true }), { name: "pan", right: -1, down: 0 });
  assert.deepEqual(press("ArrowUp", { marking: true }, { repeat: true }), { name: "nudge", right: 0, down: -1, fast: true });
});

test("across arrows are the browser's own where nothing is marked", () => {
  assert.equal(press("ArrowRight"), null);
});

test("the browser's shortcuts stay the browser's", () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) assert.equal(press("r", free, held), null);
});

test("a digit row that needs Shift for digits answers without", () => {
  assert.deepEqual(press("&", free, { code: "Digit1" }), { name: "digit", digit: "1" });
  assert.deepEqual(press("-", free, { code: "Digit6" }), { name: "zoom", by: -1 });
});

test("brackets go by one, Page by ten, Home and End to the ends", () => {
  assert.deepEqual(["[", "]"].map((key) => press(key).by), [-1, 1]);
  assert.deepEqual(["PageUp", "PageDown", "Home", "End"].map((key) => press(key).by), [-10, 10, -100000, 100000]);
});

test("every action of the table answers to its key", () => {
  for (const { key, name, by } of TABLE) assert.deepEqual(press(key), by ? { name, by } : { name });
});

test("a reader's own key takes the standard one's place, and its second key's", () => {
  const own = TABLE.map((row) => ({ ...row, standard: row.key, by: String(row.by ?? ""), ...(row.id === "zoom_in" && { key: "ö" }) }));
  useKeys(own);
  assert.deepEqual(press("Ö"), { name: "zoom", by: 1 });
  assert.deepEqual([press("+"), press("=")], [null, null]);
  assert.deepEqual([capOf("zoom_in"), capOf("leap_on"), capOf("invert")], ["Ö", "Page Down", "I"]);
  useKeys(TABLE);
});

test("a second key gives way to an action's own", () => {
  useKeys(TABLE.map((row) => ({ ...row, ...(row.id === "invert" && { standard: "i", key: "=" }) })));
  assert.deepEqual(press("="), { name: "invert" });
  useKeys(TABLE);
});

test("a key that another action has, or that has a fixed use, is refused with its reason", () => {
  const why = (key, more = {}) => refusal({ key, ...more }, "invert");
  assert.match(why("F"), /another action: Fit/);
  for (const key of ["1", "?", "/", " ", "Enter", "Tab", "ArrowUp", "F5", "Dead"]) assert.match(why(key), /another use/, key);
  assert.match(why("&", { code: "Digit1" }), /another use/);
});

test("an action's own key, a free letter of any script and a free named key are taken", () => {
  for (const key of ["i", "q", "Ö", "ж", ";", "Insert"]) assert.equal(refusal({ key }, "invert"), "", key);
});
