// The tool for lengths: a drag draws a line with its millimetres. No answer; gone with the case.

const PLACES = { patient: "", detector: " at detector", film: " on film" };

export function millimetres({ x, y }, to, { row_mm, column_mm }) {
  return Math.hypot((to.x - x) * column_mm, (to.y - y) * row_mm);
}

export class Length {
  isOn = false;
  marks = [];

  constructor({ onChange, say }) {
    this.onChange = onChange;
    this.say = say;
  }

  open({ length, images }) {
    this.isOffered = length;
    this.images = images;
    this.#set(false);
  }

  toggle() {
    if (!this.isOffered) return false;
    this.#set(!this.isOn);
    if (this.isOn && !this.images.some(({ spacing }) => spacing)) this.#sayNone();
  }

  #set(isOn) {
    this.isOn = isOn;
    this.marks = [];
    this.onChange();
  }

  #sayNone() {
    this.say("This image does not say how large its pixels are: lengths cannot be measured.");
  }

  begin(from, locate) {
    const { spacing } = this.images[from.image];
    const cancel = () => this.#draw([]);
    if (!spacing) return { move: () => this.#sayNone(), end() {}, cancel };
    return { move: (now) => this.#draw([line(from, locate(now), spacing)]), end() {}, cancel };
  }

  #draw(marks) {
    this.marks = marks;
    this.onChange();
  }
}

// From left to right, so that the words stand beside its right end.
function line(from, to, spacing) {
  const [a, b] = from.x < to.x ? [from, to] : [to, from];
  const label = `${millimetres(a, b, spacing).toFixed(1)} mm${PLACES[spacing.kind] ?? ""}`;
  const { image, frame } = from;
  return { kind: "line", image, frame, x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y, label };
}
