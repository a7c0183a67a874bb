// Where the study asks for a larger window than this one, a modal dialog covers the page: nothing is seen, answered or
// sent until it is large enough. Sizes are device pixels, so page zoom changes nothing.

const LOOK_MS = 500; // a window that goes to another screen need not tell of it

export function sizeOf({ innerWidth, innerHeight, devicePixelRatio }) {
  return [innerWidth, innerHeight].map((length) => Math.floor(length * devicePixelRatio));
}

// The browser rounds to whole CSS pixels: the one begun counts for the reader. Server: WindowSize.holds.
export function fits({ innerWidth, innerHeight, devicePixelRatio }, [width, height]) {
  return (innerWidth + 1) * devicePixelRatio > width && (innerHeight + 1) * devicePixelRatio > height;
}

export class Cover {
  #dialog;
  #onTurn;

  // No dialog: the study asks for no size. onTurn: "covered" or "uncovered".
  constructor(dialog, onTurn) {
    if (!dialog) return;
    this.#dialog = dialog;
    this.#onTurn = onTurn;
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
    });
    dialog.addEventListener("close", () => this.check());
    addEventListener("resize", () => this.check());
    setInterval(() => this.check(), LOOK_MS);
    this.check();
  }

  // True where nothing covers the page.
  check() {
    const dialog = this.#dialog;
    if (!dialog) return true;
    const isFit = fits(window, dialog.dataset.minimum.split(" "));
    const told = dialog.querySelector("span");
    const size = sizeOf(window).join(" × ");
    if (told.textContent !== size) told.textContent = size;
    if (isFit === dialog.open) {
      if (isFit) dialog.close();
      else dialog.showModal();
      this.#onTurn(isFit ? "uncovered" : "covered");
    }
    return isFit;
  }
}
