// The magnifier: a round piece of the image under the pointer at twice its zoom, by the same averaging and window maths.

import { laid } from "./geometry.js";
import { paintLayer } from "./layer.js";
import { PlainRenderer } from "./renderer-plain.js";

const RADIUS = 120; // CSS pixels
const POWER = 2;
const RIM = [[4, "#000c"], [1.5, "#f2f2f2"]]; // light on dark is seen on any grey

export function lensView(view, point, side) {
  return laid(view, view.scale * POWER, point, { x: side / 2, y: side / 2 });
}

export class Lens {
  #renderer = new PlainRenderer(document.createElement("canvas"));
  #layer = document.createElement("canvas");
  #drawn = false;
  #queued = false;
  isOn = false;
  lift = 0; // of the glass above the pointer, in CSS pixels
  point = null; // of the pointer, in CSS pixels of the stage

  constructor(canvas, viewer) {
    this.canvas = canvas;
    this.viewer = viewer;
    this.context = canvas.getContext("2d");
  }

  hold(isOn) {
    if (this.isOn === isOn) return;
    this.isOn = isOn;
    this.update();
  }

  moveTo(point) {
    this.point = point;
    if (this.isOn) this.update();
  }

  update() {
    if (this.#queued || (!this.isOn && !this.#drawn)) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      this.#draw();
    });
  }

  #draw() {
    const { canvas, context, point, viewer } = this;
    const pane = this.isOn && point ? viewer.paneAt(point) : null;
    const hit = pane?.frame ? viewer.hit(point) : null;
    this.#clear(pane?.ratio ?? 1);
    if (!hit) return;
    const side = 2 * Math.round(RADIUS * pane.ratio);
    const drawing = this.#renderer;
    if (drawing.canvas.width !== side) drawing.setSize(side, side);
    const view = lensView(pane.view, hit, side);
    drawing.draw(pane.frame, view, pane.voi);
    if (pane.runs) paintLayer(this.#layer, pane.runs, view, drawing.canvas);
    const x = Math.round(point.x * pane.ratio);
    const y = Math.round((point.y - this.lift) * pane.ratio);
    context.save();
    context.beginPath();
    context.arc(x, y, side / 2 - 1, 0, 2 * Math.PI);
    context.clip();
    context.drawImage(drawing.canvas, x - side / 2, y - side / 2);
    if (pane.runs) context.drawImage(this.#layer, x - side / 2, y - side / 2);
    context.restore();
    for (const [width, colour] of RIM) {
      context.lineWidth = width * pane.ratio;
      context.strokeStyle = colour;
      context.stroke();
    }
    canvas.dataset.on = "";
    this.#drawn = true;
  }

  #clear(ratio) {
    const { canvas, context } = this;
    const width = this.isOn ? Math.max(Math.round(canvas.clientWidth * ratio), 1) : 1;
    const height = this.isOn ? Math.max(Math.round(canvas.clientHeight * ratio), 1) : 1;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    else context.clearRect(0, 0, width, height);
    delete canvas.dataset.on;
    this.#drawn = false;
  }
}
