// One image on its canvas: how it lies and how it is windowed. All lengths here are device pixels.

import { fit, oneToOne, pan, resized, sameView, scaleAbout, toImage, toScreen, wholeScale, zoomAbout } from "./geometry.js";
import { drawMarks } from "./overlay.js";
import { automaticWindow, brighter, dragWindow, initialWindow, inverted, moreContrast } from "./window.js";

const PAN_STEP = 0.08; // of the pane's shorter side

export class Pane {
  #images = [];
  #states = []; // per image: {view, voi, start, fitted}; all frames of a stack share one
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

  get voi() {
    return this.#state.voi;
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
    this.renderer.clear();
    this.setMarks([]);
  }

  show(place, frame) {
    this.place = place;
    this.frame = frame;
    this.#states[place.image] ??= this.#begin(frame, this.#images[place.image].display);
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
    Object.assign(this.#state, { view, fitted });
    this.later();
  }

  #setVoi(voi) {
    this.#state.voi = voi;
    this.later();
  }

  status() {
    const { view, voi, start } = this.#state;
    return {
      zoom: zoomName(view, fit(this.frame, this.size)),
      changed: voi.low !== start.low || voi.high !== start.high || voi.invert !== start.invert,
      inverted: voi.invert !== start.invert,
    };
  }

  brighter(by) {
    this.#setVoi(brighter(this.voi, by));
  }

  moreContrast(by) {
    this.#setVoi(moreContrast(this.voi, by));
  }

  invert() {
    this.#setVoi(inverted(this.voi));
  }

  automatic() {
    this.#setVoi(automaticWindow(this.voi, this.frame.values, this.frame.padding));
  }

  window(right, down) {
    this.#setVoi(dragWindow(this.voi, right, down));
  }

  resetWindow() {
    this.#setVoi(this.#state.start);
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

// Relative to the fitted view: a percentage would tell the image's matrix, which may differ by its source.
function zoomName(view, fitted) {
  if (view.scale === fitted.scale) return "Fit";
  return view.scale === wholeScale(view) ? "1:1" : `× ${(view.scale / fitted.scale).toFixed(1)}`;
}

function deviceSize(entry) {
  const box = entry.devicePixelContentBoxSize?.[0];
  return box ? { width: box.inlineSize, height: box.blockSize } : null;
}
