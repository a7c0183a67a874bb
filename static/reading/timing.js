// The clock of one reading, in whole milliseconds from its serving. read_ms runs on while the page is hidden or closed
// for a reload; visible_ms and focused_ms do not, nor while the machine sleeps.

const SILENCE_MS = 10000; // a page that runs beats every second
export const BEAT_MS = 1000;

export class ReadingClock {
  #now;
  #served;
  #ready;
  #firstInput;
  #visible;
  #focused;
  #last;
  #isSeen;
  #isFocused;
  #onSleep;

  // `carried` continues a reading after a reload: what times() said before, read_ms with the time away.
  constructor(now, { seen = true, focused = true, carried = null, onSleep = () => {} } = {}) {
    this.#now = now;
    this.#last = now();
    this.#served = this.#last - (carried?.read_ms ?? 0);
    this.#visible = carried?.visible_ms ?? 0;
    this.#focused = carried?.focused_ms ?? 0;
    this.#ready = carried?.ready_ms ?? null;
    this.#firstInput = carried?.first_input_ms ?? null;
    this.#isSeen = seen;
    this.#isFocused = focused;
    this.#onSleep = onSleep;
  }

  get elapsed() {
    return Math.round(this.#now() - this.#served);
  }

  painted(at = this.#now()) {
    this.#ready ??= Math.round(at - this.#served);
  }

  // Input counts once there is an image to react to.
  input() {
    if (this.#ready !== null) this.#firstInput ??= this.elapsed;
  }

  // Every second, and before anything changes.
  beat() {
    const now = this.#now();
    const span = now - this.#last;
    this.#last = now;
    if (!this.#isSeen) return;
    if (span > SILENCE_MS) return this.#onSleep(Math.round(span));
    this.#visible += span;
    if (this.#isFocused) this.#focused += span;
  }

  attend(seen, focused) {
    this.beat();
    this.#isSeen = seen;
    this.#isFocused = focused;
  }

  times() {
    this.beat();
    return {
      ready_ms: this.#ready,
      first_input_ms: this.#firstInput,
      read_ms: this.elapsed,
      visible_ms: Math.round(this.#visible),
      focused_ms: Math.round(this.#focused),
    };
  }
}

// Reading a pixel back waits for the drawing to be finished; the first frame callback comes before the frame that
// shows it, the second after.
export function whenPainted(stage, requestFrame, now) {
  stage.readBack();
  return new Promise((resolve) => requestFrame(() => requestFrame(() => resolve(now()))));
}

// Median ms from one frame callback to the next.
export function refreshInterval(requestFrame, count = 31) {
  const stamps = [];
  return new Promise((resolve) => {
    const tick = (at) => {
      if (stamps.push(at) < count) return requestFrame(tick);
      const spans = stamps.slice(1).map((stamp, i) => stamp - stamps[i]).sort((a, b) => a - b);
      resolve(Math.round(spans[spans.length >> 1] * 10) / 10);
    };
    requestFrame(tick);
  });
}

// What the browser itself measures of an input: from its stamp to the paint after its handlers, to 8 ms.
export class EventTimes {
  #durations = new Map();

  constructor(Observer = globalThis.PerformanceObserver) {
    if (!Observer?.supportedEntryTypes?.includes("event")) return;
    const observer = new Observer((list) => list.getEntries().forEach((entry) => this.#take(entry)));
    observer.observe({ type: "event", durationThreshold: 16, buffered: true });
  }

  #take({ name, startTime, duration }) {
    if (!/^(keydown|pointerup|click)$/.test(name)) return;
    this.#durations.set(startTime, Math.round(duration));
    if (this.#durations.size > 50) this.#durations.delete(this.#durations.keys().next().value);
  }

  of(stamp) {
    return this.#durations.get(stamp) ?? null;
  }
}
