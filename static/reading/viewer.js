// The stage: one pane, or a case's images side by side; which of them is active, and which frame of it is asked for.

import { make } from "./dom.js";
import { GAP, paneCount, paneSize, wrapped } from "./layout.js";
import { drawnOverlay } from "./overlay.js";
import { Pane } from "./pane.js";
import { clamped } from "./stack.js";

const ZOOM_STEP = 1.25;

export class Viewer {
  #images = [];
  #at = []; // per image: the frame last asked for
  #panes = [];
  #count = 1;
  #makeRenderer;
  #marks = [];
  place = null; // asked for; a pane's own place is what it shows
  direction = 1;
  linked = true;

  constructor(stage, makeRenderer, { onChange, onDraw }) {
    this.stage = stage;
    this.onChange = onChange;
    this.onDraw = onDraw;
    this.#makeRenderer = makeRenderer;
    this.#addPane(stage.querySelector(".pane"));
  }

  #addPane(element) {
    const renderer = this.#makeRenderer(element.querySelector("canvas"));
    this.#panes.push(new Pane(element, renderer, (pane) => this.#drawn(pane)));
  }

  #drawn(pane) {
    this.onDraw(pane);
    if (pane === this.active) this.onChange(this.status());
  }

  #morePanes(count) {
    while (this.#panes.length < count) {
      const canvas = make("canvas", { width: 1, height: 1, role: "img", "aria-label": "Image of the case" });
      const element = make("div", { class: "pane" }, canvas, drawnOverlay());
      this.#panes.at(-1).element.after(element);
      this.#addPane(element);
    }
    this.#panes.forEach(({ element }, i) => (element.hidden = i >= count));
  }

  get panes() {
    return this.#panes.slice(0, this.#count);
  }

  get active() {
    return this.#panes[this.#count > 1 ? (this.place?.image ?? 0) : 0];
  }

  get frame() {
    return this.active.frame;
  }

  // Of the frame on show, which marks belong to.
  get shown() {
    return this.active.place;
  }

  get renderer() {
    return this.#panes[0].renderer;
  }

  get isLarge() {
    return "large" in this.stage.dataset;
  }

  get isStack() {
    return this.#framesOf(this.place.image) > 1;
  }

  #framesOf(image) {
    return this.#images[image].frames.length;
  }

  #placeOf(image, frame = this.#at[image]) {
    return { image, frame, url: this.#images[image].frames[frame] };
  }

  // A new case: nothing of the one before stays on the stage.
  open(images) {
    this.#images = images;
    this.#at = images.map(() => 0);
    this.#count = paneCount(images);
    this.#marks = [];
    this.direction = 1;
    delete this.stage.dataset.large;
    this.stage.dataset.panes = this.#count;
    this.#morePanes(this.#count);
    this.#panes.forEach((pane) => pane.open(images));
    this.#aim(this.#placeOf(0));
    this.panes.forEach((pane) => pane.measure());
  }

  #aim(place) {
    this.place = place;
    this.#at[place.image] = place.frame;
    for (const pane of this.panes) pane.element.toggleAttribute("data-active", this.#count > 1 && pane === this.active);
  }

  // What has to be shown before the case can be read.
  asked() {
    return this.#count > 1 ? this.#images.map((_, i) => this.#placeOf(i)) : [this.place];
  }

  isAsked({ url }) {
    return this.asked().some((place) => place.url === url);
  }

  show(place, frame) {
    const pane = this.#count > 1 ? this.#panes[place.image] : this.#panes[0];
    pane.show(place, frame);
    pane.setMarks(this.#marks);
    return pane;
  }

  draw() {
    this.panes.forEach((pane) => pane.draw());
  }

  readBack() {
    this.panes.forEach((pane) => pane.renderer.readBack());
  }

  // The size that an image of these will be fitted to.
  sizeFor(images) {
    const count = paneCount(images);
    if (count === this.#count && !this.isLarge) return this.active.size;
    const { clientWidth, clientHeight } = this.stage;
    const whole = { width: Math.round(clientWidth * devicePixelRatio), height: Math.round(clientHeight * devicePixelRatio) };
    return paneSize(whole, count, Math.round(GAP * devicePixelRatio));
  }

  // True when another frame is asked for.
  seek(frame) {
    const { image, frame: before } = this.place;
    const wanted = clamped(frame, this.#framesOf(image));
    if (wanted === before) return false;
    this.direction = wanted - before;
    this.#aim(this.#placeOf(image, wanted));
    return true;
  }

  get isAlone() {
    return this.#images.length === 1;
  }

  // The image by so many steps away, round about.
  choose(by) {
    const image = wrapped(this.place.image + by, this.#images.length);
    if (this.#count > 1) this.#activate(image);
    else this.#aim(this.#placeOf(image));
  }

  #activate(image) {
    this.#aim(this.#placeOf(image));
    this.onChange(this.status());
  }

  status() {
    const { image, frame } = this.shown;
    return {
      ...this.active.status(),
      image,
      images: this.#images.length,
      frame,
      frames: this.#framesOf(image),
      asked: this.place,
      panes: this.#count,
      linked: this.linked,
      large: this.isLarge,
    };
  }

  // What a key or button asks for; false when it is nothing of the viewer's.
  perform(action) {
    if (!this.frame) return false;
    const wishes = {
      level: () => this.active.brighter(action.by),
      width: () => this.active.moreContrast(action.by),
      invert: () => this.active.invert(),
      automatic: () => this.active.automatic(),
      zoom: () => this.zoom(ZOOM_STEP ** action.by, null),
      pan: () => this.#linkedPanes().forEach((pane) => pane.panSteps(action.right, action.down)),
      fit: () => this.toggleFit(null),
      reset: () => this.reset(),
      overlay: () => this.#toggleLayer(),
      link: () => this.#count > 1 && this.#link(),
      enlarge: () => this.#count > 1 && this.#enlarge(),
    };
    if (!(action.name in wishes)) return false;
    wishes[action.name]();
    return true;
  }

  #toggleLayer() {
    const isLayered = !this.active.isLayered;
    for (const pane of this.panes) {
      pane.isLayered = isLayered;
      pane.draw();
    }
  }

  chooseWindow(at) {
    this.active.choose(at);
  }

  #link() {
    this.linked = !this.linked;
    this.onChange(this.status());
  }

  #enlarge() {
    this.stage.toggleAttribute("data-large", !this.isLarge);
    this.panes.forEach((pane) => pane.measure());
    this.onChange(this.status());
  }

  // Those that move together with the active one; a large image moves alone.
  #linkedPanes() {
    return this.linked ? this.panes.filter((pane) => pane.isSeen && pane.frame) : [this.active];
  }

  window(right, down) {
    if (this.frame) this.active.window(right, down);
  }

  panBy(right, down) {
    if (!this.frame) return;
    for (const pane of this.#linkedPanes()) pane.panBy(right * pane.ratio, down * pane.ratio);
  }

  // `point` in CSS pixels of the stage, in the active pane; null for its middle.
  zoom(factor, point) {
    if (!this.frame) return;
    const at = point && this.#inPane(this.active, point);
    for (const pane of this.#linkedPanes()) pane.zoom(factor, at ?? pane.middle);
  }

  toggleFit(point) {
    if (!this.frame) return;
    const { isFitted } = this.active;
    const at = point && this.#inPane(this.active, point);
    for (const pane of this.#linkedPanes()) {
      if (isFitted) pane.oneToOne(at);
      else pane.fit();
    }
  }

  reset() {
    this.active.resetWindow();
    this.#linkedPanes().forEach((pane) => pane.fit());
  }

  #inPane(pane, { x, y }) {
    const box = pane.element.getBoundingClientRect();
    const stage = this.stage.getBoundingClientRect();
    return { x: (x - box.left + stage.left) * pane.ratio, y: (y - box.top + stage.top) * pane.ratio };
  }

  paneAt(point) {
    return this.panes.find((pane) => {
      const { x, y } = this.#inPane(pane, point);
      return pane.isSeen && x >= 0 && y >= 0 && x < pane.canvas.width && y < pane.canvas.height;
    });
  }

  // The pane under the pointer becomes the active one.
  activateAt(point) {
    const pane = this.paneAt(point);
    if (this.#count > 1 && pane?.frame && pane !== this.active) this.#activate(pane.place.image);
  }

  // The image point under a point of the stage: {image, frame, x, y}; null off every image.
  hit(point) {
    const pane = this.paneAt(point);
    if (!pane?.frame) return null;
    const { image, frame } = pane.place;
    const { x, y } = this.locate(point, image);
    const { rows, columns } = pane.extent;
    return x >= 0 && y >= 0 && x <= columns && y <= rows ? { image, frame, x, y } : null;
  }

  // The same on the plane of an image, though it be beside it.
  locate(point, image) {
    const pane = this.#paneOf(image);
    return pane.toImage(this.#inPane(pane, point));
  }

  #paneOf(image) {
    return this.#count > 1 ? this.#panes[image] : this.active;
  }

  isShown({ image, frame }) {
    return this.panes.some(({ place }) => place?.image === image && place.frame === frame);
  }

  centre() {
    const { image, frame } = this.shown;
    return { image, frame, ...this.active.centre() };
  }

  extentOf(image) {
    const { rows, columns } = this.#images[image];
    return { rows, columns };
  }

  // Image pixels, across and down, of one CSS pixel where this image is shown.
  unitOf(image) {
    const [from, to] = [{ x: 0, y: 0 }, { x: 1, y: 1 }].map((point) => this.locate(point, image));
    return { x: to.x - from.x, y: to.y - from.y };
  }

  // Image pixels of a share of the shorter side of its pane.
  partOf(image, share) {
    const { x, y } = this.unitOf(image);
    const { clientWidth, clientHeight } = this.#paneOf(image).element;
    const side = share * Math.min(clientWidth, clientHeight);
    return { width: side * x, height: side * y };
  }

  setMarks(marks) {
    this.#marks = marks;
    this.panes.forEach((pane) => pane.setMarks(marks));
  }
}
