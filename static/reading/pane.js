// One image on its canvas: how it lies and how it is windowed. All lengths here are device pixels.

import { fit, oneToOne, pan, resized, sameView, scaleAbout, toImage, toScreen, wholeScale, zoomAbout } from "./geometry.js";
import { paintLayer } from "./layer.js";
import { drawMarks } from "./overlay.js";
import { automaticWindow, brighter, dragWindow, initialWindow, inverted, moreContrast } from "./window.js";

const STARTS = new WeakMap();
const PAN_STEP = 0.08; // of the pane's shorter side

export class Pane {
  #images = [];
  #states = []; // per image: {view, fitted, voi, choice, flipped, start}; all frames of a stack share one
  #layer = null; // the canvas of overlays, once there is one
  isLayered = true;
  #queued = false;
  #marks = [];
  place = null; // of the frame on show: {image, frame, url}
  frame = null;

  constructor(element, renderer, onDraw) {
    this.element = element;
    this.overlay = element.querySelector("svg");
    this.renderer = renderer;
    this.canvas = renderer.canvas;
    this.onDraw = onDraw;
    this.measure();
    new ResizeObserver((entries) => this.#resize(deviceSize(entries[0]) ?? this.#measured())).observe(element);
  }

  get size() {
    return { width: this.canvas.width, height: this.canvas.height };
  }

  get ratio() {
    return this.canvas.width / Math.max(this.element.clientWidth, 1);
  }

  get isSeen() {
    return this.element.clientWidth > 0;
  }

  get extent() {
    const { rows, columns } = this.#images[this.place.image];
    return { rows, columns };
  }

  get #state() {
    return this.#states[this.place.image];
  }

  get view() {
    return this.#state.view;
  }

  // The frame's own window, unless the reader has moved it or chosen another.
  get voi() {
    const { voi, start, flipped } = this.#state;
    return flipped ? inverted(voi ?? start) : (voi ?? start);
  }

  get middle() {
    return { x: this.canvas.width / 2, y: this.canvas.height / 2 };
  }

  #measured() {
    const { clientWidth, clientHeight } = this.element;
    return { width: Math.round(clientWidth * devicePixelRatio), height: Math.round(clientHeight * devicePixelRatio) };
  }

  measure() {
    this.#resize(this.#measured());
  }

  // A pane out of sight keeps its size until it is seen again.
  #resize(after) {
    const before = this.size;
    if (after.width < 1 || after.height < 1) return;
    if (before.width === after.width && before.height === after.height) return;
    this.renderer.setSize(after.width, after.height);
    if (!this.frame) return;
    this.#states.forEach((state, i) => {
      if (!state) return;
      const image = this.#images[i];
      state.view = state.fitted ? fit(image, after) : resized(state.view, image, before, after);
    });
    this.draw();
  }

  // A new case: nothing of the one before stays.
  open(images) {
    this.#images = images;
    this.#states = images.map(() => null);
    this.place = null;
    this.frame = null;
    this.isLayered = true;
    this.renderer.clear();
    this.#drawLayer();
    this.setMarks([]);
  }

  show(place, frame) {
    this.place = place;
    this.frame = frame;
    const { display, frame_displays: own } = this.#image;
    this.#states[place.image] ??= { view: fit(frame, this.size), fitted: true, voi: null, choice: 0, flipped: false };
    this.#state.start = startOf(own?.[place.frame] ?? display);
  }

  get #image() {
    return this.#images[this.place.image];
  }

  draw() {
    if (!this.frame) return;
    this.renderer.draw(this.frame, this.view, this.voi);
    this.#drawLayer();
    this.#drawMarks();
    this.onDraw(this);
  }

  later() {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      this.draw();
    });
  }

  #setView(view, fitted = false) {
    this.#change({ view, fitted });
  }

  #change(change) {
    Object.assign(this.#state, change);
    this.later();
  }

  #setVoi(voi) {
    this.#change({ voi: this.#state.flipped ? inverted(voi) : voi, choice: -1 });
  }

  // The file's windows, then the study's.
  get #choices() {
    const { windows = [], presets = [] } = this.#image;
    const count = windows.length + 1;
    const names = [...Array(count).keys()].map((i) => (count > 1 ? `Window ${i + 1} of ${count}` : "As stored"));
    return [...names, ...presets.map(({ label }) => label)];
  }

  choose(at) {
    const { windows = [], presets = [] } = this.#image;
    const { low, high } = presets[at - 1 - windows.length] ?? {};
    const preset = { ...this.#state.start, shape: "linear", lut: null, low, high };
    const voi = at === 0 ? null : windows[at - 1] ? startOf(windows[at - 1]) : preset;
    this.#change({ voi, choice: at });
  }

  status() {
    const { view, choice, flipped } = this.#state;
    const choices = this.#choices;
    const isOwn = choice === 0 && !this.#image.windows?.length;
    return {
      zoom: zoomName(view, fit(this.frame, this.size)),
      window: choice < 0 || (isOwn && flipped) ? "window changed" : isOwn ? "" : choices[choice],
      inverted: flipped,
      choices,
      choice,
      drawn: Boolean(this.#image.overlays?.length),
      layered: this.isLayered,
    };
  }

  brighter(by) {
    this.#setVoi(brighter(this.voi, by));
  }

  moreContrast(by) {
    this.#setVoi(moreContrast(this.voi, by));
  }

  invert() {
    this.#change({ flipped: !this.#state.flipped });
  }

  automatic() {
    this.#setVoi(automaticWindow(this.voi, this.frame.values, this.frame.padding));
  }

  window(right, down) {
    this.#setVoi(dragWindow(this.voi, right, down));
  }

  resetWindow() {
    this.#change({ voi: null, choice: 0, flipped: false });
  }

  panBy(right, down) {
    this.#setView(pan(this.view, right, down, this.frame, this.size));
  }

  panSteps(right, down) {
    const step = Math.round(Math.min(this.canvas.width, this.canvas.height) * PAN_STEP);
    this.panBy(-right * step, -down * step);
  }

  zoom(factor, point) {
    this.#setView(zoomAbout(this.view, factor, point, this.frame, this.size));
  }

  get isFitted() {
    return sameView(this.view, fit(this.frame, this.size));
  }

  fit() {
    this.#setView(fit(this.frame, this.size), true);
  }

  oneToOne(point) {
    if (point) this.#setView(scaleAbout(this.view, wholeScale(this.frame), point, this.frame, this.size));
    else this.#setView(oneToOne(this.frame, this.size));
  }

  toImage(point) {
    return toImage(this.view, point);
  }

  // The middle of what is seen of the image.
  centre() {
    const { x, y } = this.toImage(this.middle);
    const { rows, columns } = this.extent;
    return { x: Math.min(Math.max(x, 0), columns), y: Math.min(Math.max(y, 0), rows) };
  }

  setMarks(marks) {
    this.#marks = marks;
    this.#drawMarks();
  }

  get runs() {
    return (this.isLayered && this.frame?.overlay) || null;
  }

  #drawLayer() {
    if (!this.runs && !this.#layer) return;
    if (!this.#layer) this.canvas.after((this.#layer = document.createElement("canvas")));
    this.#layer.hidden = !this.runs;
    if (this.runs) paintLayer(this.#layer, this.runs, this.view, this.size);
  }

  #drawMarks() {
    const here = this.place;
    const shown = this.#marks.filter(({ image, frame }) => here && image === here.image && frame === here.frame);
    drawMarks(this.overlay, shown.map((mark) => this.#onScreen(mark)));
  }

  #onScreen(mark) {
    const { x, y } = toScreen(this.view, mark);
    const end = toScreen(this.view, { x: mark.x + (mark.width ?? 0), y: mark.y + (mark.height ?? 0) });
    const { ratio } = this;
    return { ...mark, x: x / ratio, y: y / ratio, width: (end.x - x) / ratio, height: (end.y - y) / ratio };
  }
}

// Read once: a table is long, and the one made is known again by the graphics processor.
function startOf(display) {
  if (!STARTS.has(display)) STARTS.set(display, initialWindow(display));
  return STARTS.get(display);
}

// Relative to the fitted view: a percentage would tell the image's matrix, which may differ by its source.
function zoomName(view, fitted) {
  if (view.scale === fitted.scale) return "Fit";
  return view.scale === wholeScale(view) ? "1:1" : `× ${(view.scale / fitted.scale).toFixed(1)}`;
}

function deviceSize(entry) {
  const box = entry.devicePixelContentBoxSize?.[0];
  return box ? { width: box.inlineSize, height: box.blockSize } : null;
}
