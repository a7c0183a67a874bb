// Value-of-interest maths (DICOM PS3.3 C.11.2): a derivative's value -> a grey level in 0..1, and how drags and keys change it.

const NARROWEST = 1;
const WIDEST = 4 * 65536;

export function decodeLut(base64) {
  const text = atob(base64);
  const table = new Uint16Array(text.length >> 1);
  for (let i = 0; i < table.length; i++) table[i] = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 8);
  return table;
}

// A LUT is windowed over its own domain: moving low and high stretches the curve and keeps its form.
export function initialWindow(display) {
  const lut = display.shape === "lut" && display.lut ? decodeLut(display.lut) : null;
  const low = lut ? display.lut_first : display.low;
  const high = lut ? display.lut_first + lut.length - 1 : display.high;
  return { shape: lut ? "lut" : display.shape, low, high, lut, invert: Boolean(display.invert) };
}

function lutLevel(voi, value) {
  const last = voi.lut.length - 1;
  const width = voi.high - voi.low;
  const position = width > 0 ? ((value - voi.low) / width) * last : value > voi.low ? last : 0;
  const at = Math.min(Math.max(position, 0), last);
  const below = Math.floor(at);
  const above = Math.min(below + 1, last);
  return (voi.lut[below] + (voi.lut[above] - voi.lut[below]) * (at - below)) / 65535;
}

function linearLevel(voi, value) {
  if (value <= voi.low) return 0;
  if (value >= voi.high) return 1;
  return (value - voi.low) / (voi.high - voi.low);
}

function sigmoidLevel(voi, value) {
  const width = Math.max(voi.high - voi.low, 1e-6);
  return 1 / (1 + Math.exp((-4 * (value - (voi.low + voi.high) / 2)) / width));
}

const LEVELS = { linear: linearLevel, sigmoid: sigmoidLevel, lut: lutLevel };

export function level(voi, value) {
  const grey = LEVELS[voi.shape](voi, value);
  return voi.invert ? 1 - grey : grey;
}

export function toByte(grey) {
  return Math.round(Math.min(Math.max(grey, 0), 1) * 255);
}

export function withWindow(voi, centre, width) {
  const bounded = Math.min(Math.max(width, NARROWEST), WIDEST);
  return { ...voi, low: centre - bounded / 2, high: centre + bounded / 2 };
}

// Right widens (less contrast), down raises the centre (darker); both in proportion to the width, so 8 and 16 bits feel alike.
export function dragWindow(voi, right, down) {
  const width = voi.high - voi.low;
  const centre = (voi.low + voi.high) / 2 + (down * width) / 400;
  return withWindow(voi, centre, width * Math.exp(right / 300));
}

export function brighter(voi, steps) {
  return dragWindow(voi, 0, (voi.invert ? 1 : -1) * steps * 16);
}

export function moreContrast(voi, steps) {
  return dragWindow(voi, -24 * steps, 0);
}

export function inverted(voi) {
  return { ...voi, invert: !voi.invert };
}

// Window between the 1st and 99th percentile of the values that are not padding.
export function automaticWindow(voi, values, padding) {
  const histogram = new Uint32Array(65536);
  for (let i = 0; i < values.length; i++) histogram[values[i]]++;
  if (padding) histogram.fill(0, padding[0], padding[1] + 1);
  const count = histogram.reduce((sum, n) => sum + n, 0);
  if (count === 0) return voi;
  const low = percentile(histogram, count * 0.01);
  const high = percentile(histogram, count * 0.99);
  return withWindow(voi, (low + high) / 2, high - low);
}

function percentile(histogram, rank) {
  let seen = 0;
  for (let value = 0; value < histogram.length; value++) {
    seen += histogram[value];
    if (seen > 0 && seen >= rank) return value;
  }
  return histogram.length - 1;
}
