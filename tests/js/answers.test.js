import assert from "node:assert/strict";
import { test } from "node:test";
import { answerBody, choiceKeys, complaint, goesOn, toggled, valueForKey } from "../../static/reading/answers.js";

const question = (kind, more = {}) => ({ key: kind, kind, label: kind, required: true, choices: [], minimum: null, maximum: null, ...more });
const choices = (...values) => values.map((value) => ({ value, label: value }));

test("choices are picked by their place", () => {
  assert.equal(valueForKey(question("choice", { choices: choices("no", "yes") }), "2"), "yes");
});

test("single digits are picked by themselves", () => {
  const scale = question("scale", { choices: choices("0", "1", "2") });
  assert.deepEqual(choiceKeys(scale), ["0", "1", "2"]);
});

test("a scale without choices counts from minimum to maximum", () => {
  assert.deepEqual(choiceKeys(question("scale", { minimum: 1, maximum: 4 })), ["1", "2", "3", "4"]);
});

test("the tenth choice is 0, later ones have no key", () => {
  const keys = choiceKeys(question("choice", { choices: choices(..."abcdefghijk") }));
  assert.deepEqual(keys.slice(8), ["9", "0", null]);
});

test("toggling adds and takes away", () => {
  assert.deepEqual(toggled(toggled(["a"], "b"), "a"), ["b"]);
});

for (const [kind, empty, given] of [
  ["choice", undefined, "yes"],
  ["scale", undefined, "3"],
  ["multichoice", [], ["a"]],
  ["text", "   ", "normal"],
  ["number", "", "0"],
  ["slider", undefined, "0"],
  ["mark", [], [{ x: 1, y: 1 }]],
]) {
  test(`a required ${kind} needs an answer`, () => {
    assert.ok(complaint(question(kind), empty));
    assert.equal(complaint(question(kind, { required: false }), empty), null);
    assert.equal(complaint(question(kind), given), null);
  });
}

test("numbers keep to their bounds", () => {
  const size = question("number", { minimum: 0, maximum: 20 });
  assert.deepEqual(["-1", "21", "x", "7.5"].map((value) => complaint(size, value) === null), [false, false, false, true]);
});

test("what is required complains until it is answered", () => {
  assert.notEqual(complaint(question("scale"), undefined), null);
  assert.equal(complaint(question("scale"), "2"), null);
  assert.equal(complaint(question("text", { required: false }), undefined), null);
});

test("answers go out in the form of the API, without what was left empty", () => {
  const questions = ["choice", "scale", "multichoice", "text", "number", "slider", "mark"].map((kind) => question(kind));
  const values = { choice: "yes", scale: "4", multichoice: [], text: " hip ", number: "2.5", slider: "0", mark: [] };
  assert.deepEqual(answerBody(questions, values), { choice: "yes", scale: 4, text: "hip", number: 2.5, slider: 0 });
});

test("Enter goes on after what was ticked, saves where an optional list stays empty", () => {
  const list = question("multichoice", { required: false, choices: choices("a", "b") });
  const mark = question("mark", { required: false });
  assert.equal(goesOn([list, mark], 0, { multichoice: ["a"] }), true);
  assert.equal(goesOn([list, mark], 0, {}), false);
});

test("Enter passes an empty optional question while a later one wants an answer", () => {
  const questions = [question("number", { required: false }), question("text")];
  assert.equal(goesOn(questions, 0, {}), true);
  assert.equal(goesOn(questions, 0, { text: "Normal" }), false);
});

test("Enter saves from a choice and from the last question", () => {
  const questions = [question("choice", { choices: choices("no", "yes") }), question("text")];
  assert.deepEqual([0, 1].map((at) => goesOn(questions, at, { choice: "no", text: "Normal" })), [false, false]);
});
