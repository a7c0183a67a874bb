// The geometric pass in plain arithmetic: grey values -> float levels on canvas pixels, before any window is applied.
// Shrinking averages exactly the area under each canvas pixel; enlarging is bilinear; an image may shrink one way and
// enlarge the other. Padding takes no part.
// The result holds the bits of 32-bit floats, so that one pattern can mean "nothing here".

import { scales, toImage } from "./geometry.js";

export const NOTHING = 0xffffffff;

export function resample(frame, view, rectangle) {
  const bits = new Uint32Array(rectangle.width * rectangle.height);
  const target = { ...rectangle, bits, floats: new Float32Array(bits.buffer) };
  if (bits.length === 0) return bits;
  const { x, y } = scales(view);
  if (x < 1 || y < 1) averageArea(frame, view, target);
  else interpolate(frame, view, target);
  return bits;
}

// What lies under each canvas pixel; where that is less than an image pixel, one about its centre: its average is linear.
function spans(first, count, offset, scale, limit) {
  const from = new Float64Array(count);
  const to = new Float64Array(count);
  const beyond = Math.max(scale - 1, 0) / 2;
  for (let i = 0; i < count; i++) {
    from[i] = Math.max((first + i - beyond - offset) / scale, 0);
    to[i] = Math.min((first + i + 1 + beyond - offset) / scale, limit);
  }
  return { from, to };
}

function averageArea(frame, view, target) {
  const { columns } = frame;
  const scale = scales(view);
  const across = spans(target.x, target.width, view.x, scale.x, columns);
  const down = spans(target.y, target.height, view.y, scale.y, frame.rows);
  const sums = new Float64Array(columns);
  const weights = new Float64Array(columns);
  const left = Math.floor(across.from[0]);
  const right = Math.min(Math.ceil(across.to[target.width - 1]), columns);
  for (let j = 0; j < target.height; j++) {
    sumRows(frame, down.from[j], down.to[j], left, right, sums, weights);
    sumColumns(across, sums, weights, target, j * target.width);
  }
}

function sumRows(frame, top, bottom, left, right, sums, weights) {
  const { values, columns, padding } = frame;
  sums.fill(0, left, right);
  weights.fill(padding ? 0 : bottom - top, left, right);
  for (let row = Math.floor(top); row < bottom; row++) {
    const weight = Math.min(bottom, row + 1) - Math.max(top, row);
    const base = row * columns;
    if (padding) {
      for (let x = left; x < right; x++) {
        const value = values[base + x];
        if (value >= padding[0] && value <= padding[1]) continue;
        sums[x] += weight * value;
        weights[x] += weight;
      }
    } else {
      for (let x = left; x < right; x++) sums[x] += weight * values[base + x];
    }
  }
}

function sumColumns(across, sums, weights, target, base) {
  for (let i = 0; i < target.width; i++) {
    const from = across.from[i];
    const to = across.to[i];
    let sum = 0;
    let total = 0;
    for (let x = Math.floor(from); x < to; x++) {
      const weight = Math.min(to, x + 1) - Math.max(from, x);
      sum += weight * sums[x];
      total += weight * weights[x];
    }
    if (total > 0) target.floats[base + i] = sum / total;
    else target.bits[base + i] = NOTHING;
  }
}

// The two pixels that a canvas pixel's centre lies between, and how far it is from the first.
function neighbours(first, count, offset, scale, limit) {
  const low = new Int32Array(count);
  const high = new Int32Array(count);
  const part = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = (first + i + 0.5 - offset) / scale - 0.5;
    const below = Math.floor(at);
    low[i] = Math.min(Math.max(below, 0), limit - 1);
    high[i] = Math.min(Math.max(below + 1, 0), limit - 1);
    part[i] = at - below;
  }
  return { low, high, part };
}

// Beside padding the corners are weighed one by one; elsewhere, which is nearly everywhere, straight through.
function interpolate(frame, view, target) {
  const { values, columns, padding } = frame;
  const [from, to] = padding ?? [1, 0];
  const isPadding = (value) => value >= from && value <= to;
  const scale = scales(view);
  const across = neighbours(target.x, target.width, view.x, scale.x, columns);
  const down = neighbours(target.y, target.height, view.y, scale.y, frame.rows);
  for (let j = 0; j < target.height; j++) {
    const top = down.low[j] * columns;
    const bottom = down.high[j] * columns;
    const fy = down.part[j];
    for (let i = 0; i < target.width; i++) {
      const left = across.low[i];
      const right = across.high[i];
      const a = values[top + left];
      const b = values[top + right];
      const c = values[bottom + left];
      const d = values[bottom + right];
      if (isPadding(a) || isPadding(b) || isPadding(c) || isPadding(d)) {
        interpolateOne(frame, view, target, i, j);
        continue;
      }
      const above = a + (b - a) * across.part[i];
      target.floats[j * target.width + i] = above + (c + (d - c) * across.part[i] - above) * fy;
    }
  }
}

function interpolateOne(frame, view, target, i, j) {
  const { x, y } = toImage(view, { x: target.x + i + 0.5, y: target.y + j + 0.5 });
  const value = bilinear(frame, x, y);
  if (value < 0) target.bits[j * target.width + i] = NOTHING;
  else target.floats[j * target.width + i] = value;
}

// Negative where the pixel under the point is padding.
function bilinear({ values, rows, columns, padding }, u, v) {
  const isPadding = (value) => padding && value >= padding[0] && value <= padding[1];
  const column = Math.min(Math.floor(u), columns - 1);
  const row = Math.min(Math.floor(v), rows - 1);
  if (isPadding(values[row * columns + column])) return -1;
  const left = Math.floor(u - 0.5);
  const top = Math.floor(v - 0.5);
  const fx = u - 0.5 - left;
  const fy = v - 0.5 - top;
  let sum = 0;
  let total = 0;
  for (let corner = 0; corner < 4; corner++) {
    const x = Math.min(Math.max(left + (corner & 1), 0), columns - 1);
    const y = Math.min(Math.max(top + (corner >> 1), 0), rows - 1);
    const value = values[y * columns + x];
    if (isPadding(value)) continue;
    const weight = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy);
    sum += weight * value;
    total += weight;
  }
  return total > 0 ? sum / total : values[row * columns + column];
}
