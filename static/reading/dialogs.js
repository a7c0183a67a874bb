// The two dialogs: key help, and the ways to pass over a case that cannot be read.

import { actionFor } from "./keys.js";
import { listenToPreferences } from "./preferences.js";

export class Dialogs {
  constructor({ help, skip, onSkip }) {
    this.help = help;
    this.skip = skip;
    skip.addEventListener("click", ({ target }) => {
      const reason = target.closest("[data-reason]")?.dataset.reason;
      if (reason) this.#choose(reason);
    });
    skip.addEventListener("keydown", (event) => {
      const { digit } = actionFor(event, {}) ?? {};
      const button = digit && skip.querySelector(`[data-key="${digit}"]`);
      if (button && !event.repeat) this.#choose(button.dataset.reason);
    });
    for (const dialog of [help, skip]) {
      dialog.addEventListener("click", ({ target }) => target.closest("[data-close]") && dialog.close());
    }
    listenToPreferences(help);
    help.addEventListener("keydown", (event) => {
      if (event.key !== "?") return;
      event.preventDefault();
      event.stopPropagation();
      help.close();
    });
    this.onSkip = onSkip;
  }

  get isOpen() {
    return Boolean(document.querySelector("dialog[open]"));
  }

  #choose(reason) {
    this.skip.close();
    this.onSkip(reason);
  }
}
