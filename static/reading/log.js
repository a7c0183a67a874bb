// What a reader does in one reading, as rows of [ms since the row before, kind, ...values]. A drag is thinned to its
// first row, its last and about 20 a second between; beyond MOST rows only their number is kept.

export const MOST = 6000;
const GAP_MS = 50;
const DRAGGED = new Set(["window", "view", "size", "answer", "do", "mark"]);

export class InteractionLog {
  #rows;
  #truncated;
  #end; // ms of the last row
  #drags = new Map(); // kind and first value -> {at, held}: when a row was last kept, and one that may yet be
  #seen = new Map();

  // `carried` goes on after a reload: what rows() said before.
  constructor(carried = null) {
    this.#rows = [...(carried?.events ?? [])];
    this.#truncated = carried?.truncated ?? 0;
    this.#end = this.#rows.reduce((sum, [since]) => sum + since, 0);
  }

  note(at, kind, ...values) {
    const row = { at, say: [kind, ...values] };
    if (!DRAGGED.has(kind)) return this.#keep(row);
    const key = kind + values[0];
    const drag = this.#drags.get(key) ?? { at: -Infinity, held: null };
    this.#drags.set(key, drag);
    if (at - drag.at < GAP_MS) {
      drag.held = row;
      return;
    }
    if (drag.held && at - drag.held.at < GAP_MS) drag.held = null; // the drag goes on
    this.#keep(row);
    drag.at = at;
  }

  // The same, where it differs from what was noted under `key` before.
  see(at, key, ...row) {
    const said = String(row);
    if (this.#seen.get(key) === said) return;
    this.#seen.set(key, said);
    this.note(at, ...row);
  }

  #keep(row) {
    this.#release();
    this.#push(row);
  }

  // Rows that nothing followed are the last of their drags.
  #release() {
    const drags = [...this.#drags.values()].filter(({ held }) => held).sort((a, b) => a.held.at - b.held.at);
    for (const drag of drags) {
      this.#push(drag.held);
      drag.at = drag.held.at;
      drag.held = null;
    }
  }

  #push({ at, say }) {
    if (this.#rows.length >= MOST) {
      this.#truncated++;
      return;
    }
    const now = Math.max(at, this.#end);
    this.#rows.push([now - this.#end, ...say]);
    this.#end = now;
  }

  rows() {
    this.#release();
    return { events: [...this.#rows], truncated: this.#truncated };
  }
}

const tenth = (value) => Math.round(value * 10) / 10;

// What a drawn pane shows: its frame, its window, and the image point in its middle with the scale.
export function seePane(see, pane) {
  const { place: { image, frame }, voi, view } = pane;
  const { x, y } = pane.toImage(pane.middle);
  see(pane, "frame", image, frame);
  see(`window${image}`, "window", image, tenth(voi.low), tenth(voi.high), Number(voi.invert));
  see(`view${image}`, "view", image, Number(view.scale.toPrecision(5)), tenth(x), tenth(y));
}
