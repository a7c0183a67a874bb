// What the column says of a case's images and frames: which is on show, the slider through them, and the film.

export class StackBar {
  constructor(root, seek) {
    this.bar = root.querySelector("#stack");
    this.slider = root.querySelector("#frame");
    this.frame = root.querySelector("#frame-name");
    this.play = this.bar.querySelector('[data-action="film"]');
    this.image = root.querySelector("#place");
    this.several = root.querySelector("#several");
    this.slider.addEventListener("input", () => seek(Number(this.slider.value) - 1));
  }

  // The row stays as it is for the whole case: nothing may jump while a reader looks.
  open(images) {
    this.bar.hidden = !images.some(({ frames }) => frames.length > 1);
  }

  show({ image, images, frame, frames, asked, panes, linked, large }) {
    this.image.hidden = images < 2;
    this.image.textContent = `Image ${image + 1} of ${images}`;
    this.several.hidden = images < 2;
    for (const [action, isOn] of Object.entries({ link: linked, enlarge: large })) {
      const button = this.several.querySelector(`[data-action="${action}"]`);
      button.hidden = panes < 2;
      button.setAttribute("aria-pressed", String(isOn));
    }
    this.#showFrame(frame, frames, asked);
  }

  // The name is that of the frame on show; the slider stands where the reader has put it.
  #showFrame(frame, frames, asked) {
    const name = `Frame ${frame + 1} of ${frames}`;
    const isLate = asked.frame !== frame;
    this.frame.textContent = name;
    this.frame.toggleAttribute("data-late", isLate);
    this.slider.max = frames;
    this.slider.value = asked.frame + 1;
    this.slider.disabled = frames < 2;
    this.slider.setAttribute("aria-valuetext", name);
  }

  showFilm({ isPlaying, rate }) {
    this.play.setAttribute("aria-pressed", String(isPlaying));
    this.play.querySelector("span").textContent = isPlaying ? `${rate}/s` : "Play";
  }
}
