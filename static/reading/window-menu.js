// The windows to choose from: a quiet list on the stage, open from its key until one is chosen. While it is open,
// digits choose and do not answer.

import { make } from "./dom.js";

export class WindowMenu {
  #names = "";

  constructor(root, viewer) {
    this.list = root.querySelector("#windows");
    this.button = root.querySelector('[data-action="window"]');
    this.viewer = viewer;
    this.list.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) this.#choose(Number(button.dataset.choice));
    });
  }

  get #isOpen() {
    return !this.list.hidden;
  }

  show({ choices, choice }) {
    this.count = choices.length;
    this.choice = choice;
    this.button.hidden = this.count < 2;
    if (this.count < 2) this.close();
    if (this.#names !== choices.join("\n")) this.#list(choices);
    [...this.list.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === choice)));
  }

  #list(choices) {
    this.#names = choices.join("\n");
    const key = (i) => make("kbd", {}, i < 9 ? String(i + 1) : "");
    const button = (name, i) => make("button", { type: "button", tabindex: -1, "data-choice": i }, key(i), name);
    this.list.replaceChildren(...choices.map(button));
  }

  #choose(at) {
    this.viewer.chooseWindow(at);
    this.close();
  }

  close() {
    this.list.hidden = true;
  }

  // True when an action is the menu's: the key opens it and then steps on.
  take({ name, digit }) {
    if (name === "window" && this.viewer.frame && this.count > 1) {
      if (this.#isOpen) this.viewer.chooseWindow((this.choice + 1) % this.count);
      this.list.hidden = false;
      return true;
    }
    if (!this.#isOpen) return false;
    if (name === "digit") {
      if (digit > 0 && digit <= this.count) this.#choose(digit - 1);
      return true;
    }
    this.close();
    return name === "leave";
  }
}
