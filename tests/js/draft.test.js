import assert from "node:assert/strict";
import { test } from "node:test";
import { dropOtherDrafts, loadDraft, saveDraft } from "../../static/reading/draft.js";

function store(entries = {}) {
  const map = new Map(Object.entries(entries));
  return {
    map,
    get length() { return map.size; },
    key: (i) => [...map.keys()][i],
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: (key) => map.delete(key),
  };
}

test("a draft comes back for its reading only", () => {
  const storage = store();
  saveDraft(storage, "a", { submission_id: "s" });
  assert.deepEqual([loadDraft(storage, "a"), loadDraft(storage, "b")], [{ submission_id: "s" }, {}]);
});

test("a broken draft is none", () => {
  assert.deepEqual(loadDraft(store({ "reading:a": "{" }), "a"), {});
});

test("drafts of other readings go, what is not a draft stays", () => {
  const storage = store({ "reading:a": "{}", "reading:b": "{}", other: "x" });
  dropOtherDrafts(storage, "a");
  assert.deepEqual([...storage.map.keys()], ["reading:a", "other"]);
});

test("a full store does not stop the reading", () => {
  const full = { setItem: () => { throw new Error("quota"); } };
  assert.equal(saveDraft(full, "a", {}), false);
});
