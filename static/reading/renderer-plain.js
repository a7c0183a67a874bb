// The same picture on a 2-D canvas, for browsers without WebGL2.

import { sameView, shownRectangle } from "./geometry.js";
import { NOTHING, resample } from "./resample.js";
import { level, toByte } from "./window.js";

export class PlainRenderer {
  kind = "2d";
  software = true;

  constructor(canvas, ledger = null) {
    this.canvas = canvas;
    this.ledger = ledger;
    this.context = canvas.getContext("2d", { alpha: false });
  }

  setSize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.drawnView = null;
    this.ledger?.note(this, 8 * width * height);
  }

  draw(frame, view, voi) {
    if (this.drawnFrame !== frame || !sameView(this.drawnView, view)) this.#place(frame, view);
    this.clear();
    this.drawnFrame = frame;
    if (this.bits.length === 0) return;
    const { x, y, width, height } = this.shown;
    const image = new ImageData(width, height);
    paint(this.bits, voi, new Uint32Array(image.data.buffer));
    this.context.putImageData(image, x, y);
  }

  clear() {
    this.drawnFrame = null;
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #place(frame, view) {
    this.shown = shownRectangle(view, frame, this.canvas);
    this.bits = resample(frame, view, this.shown);
    this.drawnView = { ...view };
  }

  readBack() {
    return this.context.getImageData(0, 0, 1, 1).data;
  }
}

function paint(bits, voi, pixels) {
  const values = new Float32Array(bits.buffer, bits.byteOffset, bits.length);
  for (let i = 0; i < bits.length; i++) {
    const grey = bits[i] === NOTHING ? 0 : toByte(level(voi, values[i]));
    pixels[i] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
}
