import assert from "node:assert/strict";
import { test } from "node:test";
import { answerUrl, nextCase } from "../../static/reading/server.js";
import { backoff, isPassing } from "../../static/reading/retry.js";
import { submissionId, submit } from "../../static/reading/submit.js";

const reply = (status, content) => ({ status, ok: status < 300, json: async () => content });

function sending(...answers) {
  const bodies = [];
  const waits = [];
  const fetch = async (_url, { body }) => {
    bodies.push(body);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const sleep = async (milliseconds) => waits.push(milliseconds);
  const outcome = submit("/a/", { submission_id: "s", answers: { call: "1" } }, { fetch, token: "t", sleep, random: () => 0.5 });
  return { bodies, waits, outcome };
}

test("a kept answer brings the next case", async () => {
  const { outcome } = sending(reply(200, { kept: true, next: { reading: "b" } }));
  assert.deepEqual(await outcome, { state: "kept", next: { reading: "b" } });
});

test("the last case brings none", async () => {
  assert.deepEqual(await sending(reply(200, { kept: true, next: null })).outcome, { state: "kept", next: null });
});

test("network failure, 503 and a reply that does not say kept are tried again with the very same body", async () => {
  const { outcome, bodies, waits } = sending(new TypeError("gone"), reply(503), reply(200, {}), reply(200, { kept: true, next: null }));
  assert.equal((await outcome).state, "kept");
  assert.deepEqual([bodies.length, new Set(bodies).size, waits], [4, 1, [500, 1000, 2000]]);
});

test("other answers kept already are told, not sent again", async () => {
  const { outcome, bodies } = sending(reply(409, { error: "kept", code: "already_kept" }));
  assert.deepEqual([(await outcome).state, bodies.length], ["already", 1]);
});

test("an answer that was not kept is never called kept", async () => {
  const { outcome } = sending(reply(409, { error: "Closed.", code: "not_kept" }));
  assert.deepEqual(await outcome, { state: "not kept", error: "Closed." });
});

test("a refusal names its fields", async () => {
  const { outcome } = sending(reply(400, { error: "Missing.", fields: { call: "Please answer." } }));
  assert.deepEqual(await outcome, { state: "refused", error: "Missing.", fields: { call: "Please answer." } });
});

for (const status of [401, 403, 404]) {
  test(`${status} closes the page`, async () => {
    assert.deepEqual(await sending(reply(status)).outcome, { state: "closed", status });
  });
}

test("waiting doubles, within a bound", () => {
  const waits = [0, 1, 2, 3, 10, 50].map((attempt) => backoff(attempt, () => 0.5));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 15000, 15000]);
});

test("only what may pass is tried again", () => {
  assert.deepEqual([200, 400, 403, 404, 409, 429, 500, 503].filter(isPassing), [429, 500, 503]);
});

test("a submission's id is a version 4 UUID, with or without the browser's own", () => {
  const bare = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  for (const source of [crypto, bare]) {
    assert.match(submissionId(source), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test("the answer goes to the reading's own address", () => {
  assert.equal(answerUrl("/api/v1/readings/next/", "Ab_9"), "/api/v1/readings/Ab_9/");
});

test("no case left is null; a closed gate is told", async () => {
  const ask = (answer) => nextCase("/next/", { fetch: async () => answer, sleep: async () => {} });
  assert.equal(await ask(reply(204)), null);
  assert.deepEqual(await ask(reply(403)), { closed: 403 });
});
