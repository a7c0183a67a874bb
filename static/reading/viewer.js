// The stage: which frame is on show, how it lies and how it is windowed. All lengths here are device pixels.

import { fit, oneToOne, pan, resized, sameView, scaleAbout, toImage, toScreen, zoomAbout } from "./geometry.js";
import { drawMarks } from "./overlay.js";
import { automaticWindow, brighter, dragWindow, initialWindow, inverted, moreContrast } from "./window.js";

const ZOOM_STEP = 1.25;
const PAN_STEP = 0.08; // of the stage's shorter side

export class Viewer {
  #images = [];
  #states = []; // per image: {view, voi, start, fitted}
  #queued = false;
  #marks = { points: [], selected: -1 };
  position = 0; // among all frames of the case
  frame = null;

  constructor(stage, renderer, { onChange }) {
    this.stage = stage;
    this.canvas = renderer.canvas;
    this.overlay = stage.querySelector("svg");
    this.renderer = renderer;
    this.onChange = onChange;
    this.#resize(this.#measured());
    new ResizeObserver((entries) => this.#resize(deviceSize(entries[0]) ?? this.#measured())).observe(stage);
  }

  get size() {
    return { width: this.canvas.width, height: this.canvas.height };
  }

  get ratio() {
    return this.canvas.width / Math.max(this.stage.clientWidth, 1);
  }

  #measured() {
    const ratio = devicePixelRatio;
    return { width: Math.round(this.stage.clientWidth * ratio), height: Math.round(this.stage.clientHeight * ratio) };
  }

  #resize({ width, height }) {
    const before = this.size;
    const after = { width: Math.max(width, 1), height: Math.max(height, 1) };
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

  get places() {
    return this.#images.flatMap((image, i) => image.frames.map((url, j) => ({ image: i, frame: j, url })));
  }

  get place() {
    return this.places[this.position];
  }

  get extent() {
    const { rows, columns } = this.#images[this.place.image];
    return { rows, columns };
  }

  get #state() {
    return this.#states[this.place.image];
  }

  // A new case: nothing of the one before stays on the stage.
  open(images) {
    this.#images = images;
    this.#states = images.map(() => null);
    this.position = 0;
    this.frame = null;
    this.renderer.clear();
    this.setMarks({ points: [], selected: -1 });
  }

  show(frame) {
    const { image } = this.place;
    this.frame = frame;
    this.#states[image] ??= this.#begin(frame, this.#images[image].display);
    this.draw();
  }

  #begin(frame, display) {
    const start = initialWindow(display);
    return { view: fit(frame, this.size), voi: start, start, fitted: true };
  }

  draw() {
    if (!this.frame) return;
    const { view, voi } = this.#state;
    this.renderer.draw(this.frame, view, voi);
    this.#drawMarks();
    this.onChange(this.status());
  }

  #later() {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      this.draw();
    });
  }

  #setView(view, fitted = false) {
    Object.assign(this.#state, { view, fitted });
    this.#later();
  }

  #setVoi(voi) {
    this.#state.voi = voi;
    this.#later();
  }

  status() {
    const { view, voi, start } = this.#state;
    return {
      zoom: zoomName(view.scale, fit(this.frame, this.size).scale),
      changed: voi.low !== start.low || voi.high !== start.high || voi.invert !== start.invert,
      inverted: voi.invert !== start.invert,
      position: this.position,
      frames: this.places.length,
    };
  }

  // What a key or button asks for; false when it is nothing of the viewer's.
  perform(action) {
    if (!this.frame) return false;
    const { voi } = this.#state;
    const wishes = {
      level: () => this.#setVoi(brighter(voi, action.by)),
      width: () => this.#setVoi(moreContrast(voi, action.by)),
      invert: () => this.#setVoi(inverted(voi)),
      automatic: () => this.#setVoi(automaticWindow(voi, this.frame.values, this.frame.padding)),
      zoom: () => this.zoom(ZOOM_STEP ** action.by, this.#middle()),
      pan: () => this.panBy(-action.right * this.#panStep(), -action.down * this.#panStep()),
      fit: () => this.toggleFit(null),
      reset: () => this.reset(),
    };
    if (!(action.name in wishes)) return false;
    wishes[action.name]();
    return true;
  }

  #middle() {
    return { x: this.canvas.width / 2, y: this.canvas.height / 2 };
  }

  #panStep() {
    return Math.round(Math.min(this.canvas.width, this.canvas.height) * PAN_STEP);
  }

  window(right, down) {
    if (this.frame) this.#setVoi(dragWindow(this.#state.voi, right, down));
  }

  panBy(right, down) {
    if (this.frame) this.#setView(pan(this.#state.view, right, down, this.frame, this.size));
  }

  zoom(factor, point) {
    if (this.frame) this.#setView(zoomAbout(this.#state.view, factor, point, this.frame, this.size));
  }

  toggleFit(point) {
    if (!this.frame) return;
    const { view } = this.#state;
    const fitted = fit(this.frame, this.size);
    if (!sameView(view, fitted)) this.#setView(fitted, true);
    else if (point) this.#setView(scaleAbout(view, 1, point, this.frame, this.size));
    else this.#setView(oneToOne(this.frame, this.size));
  }

  reset() {
    this.#state.voi = this.#state.start;
    this.#setView(fit(this.frame, this.size), true);
  }

  toImage(point) {
    return toImage(this.#state.view, point);
  }

  get scale() {
    return this.#state.view.scale;
  }

  // The middle of what is seen of the image.
  centre() {
    const { x, y } = this.toImage(this.#middle());
    const { rows, columns } = this.extent;
    return { x: Math.min(Math.max(x, 0), columns), y: Math.min(Math.max(y, 0), rows) };
  }

  setMarks(marks) {
    this.#marks = marks;
    this.#drawMarks();
  }

  #drawMarks() {
    const here = this.frame ? this.place : null;
    const points = this.#marks.points
      .map((mark, i) => ({ mark, selected: i === this.#marks.selected }))
      .filter(({ mark }) => here && mark.image === here.image && mark.frame === here.frame)
      .map(({ mark, selected }) => {
        const { x, y } = toScreen(this.#state.view, mark);
        return { x: x / this.ratio, y: y / this.ratio, selected };
      });
    drawMarks(this.overlay, points);
  }
}

// Relative to the fitted view: a percentage would tell the image's matrix, which may differ by its source.
function zoomName(scale, fitted) {
  if (scale === fitted) return "Fit";
  return scale === 1 ? "1:1" : `× ${(scale / fitted).toFixed(1)}`;
}

function deviceSize(entry) {
  const box = entry.devicePixelContentBoxSize?.[0];
  return box ? { width: box.inlineSize, height: box.blockSize } : null;
}
