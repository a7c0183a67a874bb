// The clock of one reading, in whole milliseconds from its serving. Time on a hidden page is in read_ms, not in visible_ms.

export class ReadingClock {
  #now;
  #served;
  #ready = null;
  #firstInput = null;
  #hidden = 0;
  #hiddenSince = null;

  // `carried` continues a reading after a reload: what earlier() said before.
  constructor(now, { hidden = false, carried = null } = {}) {
    this.#now = now;
    this.#served = now() - (carried?.read_ms ?? 0);
    this.#hidden = carried ? carried.read_ms - carried.visible_ms : 0;
    this.#ready = carried?.ready_ms ?? null;
    this.#firstInput = carried?.first_input_ms ?? null;
    if (hidden) this.hide();
  }

  #elapsed() {
    return this.#now() - this.#served;
  }

  painted(at = this.#now()) {
    this.#ready ??= Math.round(at - this.#served);
  }

  // Input counts once there is an image to react to.
  input() {
    if (this.#ready !== null) this.#firstInput ??= Math.round(this.#elapsed());
  }

  hide() {
    this.#hiddenSince ??= this.#now();
  }

  show() {
    if (this.#hiddenSince === null) return;
    this.#hidden += this.#now() - this.#hiddenSince;
    this.#hiddenSince = null;
  }

  times() {
    const running = this.#hiddenSince === null ? 0 : this.#now() - this.#hiddenSince;
    const read = this.#elapsed();
    return {
      ready_ms: this.#ready,
      first_input_ms: this.#firstInput,
      read_ms: Math.round(read),
      visible_ms: Math.max(Math.round(read - this.#hidden - running), 0),
    };
  }
}

// A frame callback alone comes before the picture: reading a pixel back first waits for the drawing to be finished.
export function whenPainted(stage, requestFrame, now) {
  stage.readBack();
  return new Promise((resolve) => requestFrame(() => resolve(now())));
}
