// What a device drew over a frame, crisp at every zoom: never thinner than a device pixel, light with a dark rim.

import { scales } from "./geometry.js";

const PASSES = [[1, 0xa0000000], [0, 0xff8fd6f2]]; // device pixels around, colour (alpha, blue, green, red)

// Row, first column and column after the last of every run of drawn pixels.
export function runsOf({ rows, columns, values }) {
  const runs = [];
  for (let row = 0; row < rows; row++) {
    const drawn = (x) => x < columns && values[row * columns + x] > 0;
    for (let x = 0; x < columns; x++) {
      if (!drawn(x)) continue;
      const from = x;
      while (drawn(x)) x++;
      runs.push(row, from, x);
    }
  }
  return Int32Array.from(runs);
}

// Where pixels from the first to before the last lie on so many device pixels.
function span(first, last, offset, scale, around, limit) {
  const from = Math.round(first * scale + offset);
  const to = Math.max(Math.round(last * scale + offset), from + 1);
  return [Math.max(from - around, 0), Math.min(to + around, limit)];
}

export function paintLayer(canvas, runs, view, { width, height }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const scale = scales(view);
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (const [around, colour] of PASSES) {
    for (let i = 0; i < runs.length; i += 3) {
      const [top, bottom] = span(runs[i], runs[i] + 1, view.y, scale.y, around, height);
      const [left, right] = span(runs[i + 1], runs[i + 2], view.x, scale.x, around, width);
      if (left >= right) continue;
      for (let y = top; y < bottom; y++) pixels.fill(colour, y * width + left, y * width + right);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
