// The reader's own keys and side, changed in the key help and kept by the server at once.

import { cap, capOf, lower, refusal, useKeys } from "./keys.js";

const MODIFIERS = /^(Shift|Control|Alt|Meta|Caps)/;

export function listenToPreferences(help) {
  const rows = [...help.querySelectorAll("[data-id]")];
  const left = help.querySelector("#left-handed");
  const status = help.querySelector("#own-status");
  let waiting = null;
  let saving = Promise.resolve();

  function say(sentence, tone = "") {
    status.textContent = sentence;
    status.dataset.tone = tone;
  }

  function wait(row, sentence = "") {
    waiting?.toggleAttribute("data-waiting");
    row?.toggleAttribute("data-waiting");
    waiting = row;
    say(sentence);
  }

  function use() {
    useKeys(rows.map((row) => ({ ...row.dataset, label: nameOf(row) })));
    for (const shown of document.querySelectorAll("[data-cap]")) shown.textContent = capOf(shown.dataset.cap);
  }

  // keyOf: a row -> its key from now on. True when kept; nothing changes before. One after the other.
  const keep = (keyOf, sentence) => (saving = saving.then(() => put(keyOf, sentence)));

  async function put(keyOf, sentence) {
    const own = rows.filter((row) => keyOf(row) && keyOf(row) !== row.dataset.standard);
    const keys = Object.fromEntries(own.map((row) => [row.dataset.id, keyOf(row)]));
    say("Saving …");
    try {
      const response = await fetch("/api/v1/preferences/", {
        method: "PUT",
        headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
        body: JSON.stringify({ keys, left_handed: left.checked }),
        signal: AbortSignal.timeout(9000),
      });
      if (!response.ok) throw response;
    } catch ({ status: answered }) {
      say(`Not saved: the server ${answered ? "refused it" : "does not answer"}. All stays as it was.`, "trouble");
      return false;
    }
    for (const row of rows) row.dataset.key = keyOf(row);
    use();
    say(sentence);
    return true;
  }

  const keyOf = (row) => row.dataset.key;

  help.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-id]");
    if (row) wait(row, `Press the new key for: ${nameOf(row)}. Esc leaves it as it is.`);
    else if (target.id === "standard-keys") keep((each) => each.dataset.standard, "Saved: the standard keys.");
  });
  left.addEventListener("change", async () => {
    const kept = await keep(keyOf, "Saved.");
    if (kept) document.body.classList.toggle("left", left.checked);
    else left.checked = !left.checked;
  });
  help.addEventListener("keydown", take, { capture: true });
  help.addEventListener("close", () => wait(null));

  function take(event) {
    if (!waiting) return;
    const row = waiting;
    if (event.key === "Tab") return wait(null);
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat || MODIFIERS.test(event.key)) return;
    if (event.key === "Escape") return wait(null, "Nothing was changed.");
    const key = lower(event.key);
    const shown = key === " " ? "Space" : cap(key);
    const fault = refusal(event, row.dataset.id);
    if (fault) return say(`${shown} ${fault} Press another key, or Esc.`, "trouble");
    wait(null);
    keep((each) => (each === row ? key : keyOf(each)), `Saved: ${nameOf(row)} is on ${shown}.`);
  }

  use();
}

function nameOf(row) {
  return row.lastElementChild.textContent;
}
