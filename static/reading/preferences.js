// The reader's own keys and side, changed in the key help and kept by the server at once.

import { capOf, refusal, useKeys } from "./keys.js";

const MODIFIERS = /^(Shift|Control|Alt|AltGraph|Meta|CapsLock)$/;

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
    waiting?.removeAttribute("data-waiting");
    row?.setAttribute("data-waiting", "");
    waiting = row;
    say(sentence);
  }

  function use() {
    useKeys(rows.map((row) => ({ ...row.dataset, label: nameOf(row) })));
    for (const cap of document.querySelectorAll("[data-cap]")) cap.textContent = capOf(cap.dataset.cap);
  }

  // keyOf: a row -> its key from now on. True when kept; nothing changes before. One after the other.
  const keep = (keyOf, sentence) => (saving = saving.then(() => put(keyOf, sentence)));

  async function put(keyOf, sentence) {
    const own = rows.map((row) => [row.dataset.id, keyOf(row), row.dataset.standard]).filter(([, key, standard]) => key && key !== standard);
    const keys = Object.fromEntries(own);
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
      say(answered ? "Not saved: the server refused it. All stays as it was." : "Not saved: the server does not answer. All stays as it was.", "trouble");
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
  help.addEventListener("keydown", (event) => take(event), { capture: true });
  help.addEventListener("close", () => wait(null));

  function take(event) {
    if (!waiting) return;
    const row = waiting;
    if (event.key === "Tab") return wait(null);
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat || MODIFIERS.test(event.key)) return;
    if (event.key === "Escape") return wait(null, "Nothing was changed.");
    const fault = event.ctrlKey || event.metaKey || event.altKey ? "with Ctrl, Alt or Cmd is the browser's." : refusal(event, row.dataset.id);
    const cap = event.key === " " ? "Space" : event.key.length > 1 ? event.key : event.key.toUpperCase();
    if (fault) return say(`${cap} ${fault} Press another key, or Esc.`, "trouble");
    wait(null);
    const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
    keep((each) => (each === row ? key : keyOf(each)), `Saved: ${nameOf(row)} is on ${cap}.`);
  }

  use();
}

function nameOf(row) {
  return row.lastElementChild.textContent;
}
