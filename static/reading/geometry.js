// Where an image lies on the stage. A view is {scale, x, y, aspect}: a point of the image (in image pixels) is drawn at
// point * scales(view) + (x, y), in the canvas's own device pixels. An image's aspect is its pixels' height for a width
// of 1, so that what is square in the patient is square on the stage.

export const LARGEST_SCALE = 16;
const EDGE_KEPT = 48; // device pixels of the image that panning cannot push off the stage

// Device pixels for an image pixel, across and down.
export function scales({ scale, aspect = 1 }) {
  return { x: scale, y: scale * aspect };
}

export function fit(image, stage) {
  const { rows, columns, aspect = 1 } = image;
  return centred(image, stage, Math.min(stage.width / columns, stage.height / (rows * aspect)));
}

// The scale at which no image pixel is smaller than a device pixel, and its shorter side is one.
export function wholeScale({ aspect = 1 }) {
  return Math.max(1, 1 / aspect);
}

export function oneToOne(image, stage) {
  return centred(image, stage, wholeScale(image));
}

function centred({ rows, columns, aspect = 1 }, stage, scale) {
  const x = Math.round((stage.width - columns * scale) / 2);
  const y = Math.round((stage.height - rows * scale * aspect) / 2);
  return { scale, x, y, aspect };
}

export function toImage(view, point) {
  const { x, y } = scales(view);
  return { x: (point.x - view.x) / x, y: (point.y - view.y) / y };
}

export function toScreen(view, point) {
  const { x, y } = scales(view);
  return { x: point.x * x + view.x, y: point.y * y + view.y };
}

// The view in which an image point lies on a stage point.
export function laid(view, scale, point, at) {
  const { x, y } = scales({ ...view, scale });
  return { ...view, scale, x: at.x - point.x * x, y: at.y - point.y * y };
}

export function smallestScale(image, stage) {
  return Math.min(fit(image, stage).scale, wholeScale(image)) / 2;
}

// At one image pixel per device pixel the offset is whole, so that every grey value is shown as it is.
function settled(view, image, stage) {
  const { x, y } = scales(view);
  const inside = {
    ...view,
    x: between(view.x, EDGE_KEPT - image.columns * x, stage.width - EDGE_KEPT),
    y: between(view.y, EDGE_KEPT - image.rows * y, stage.height - EDGE_KEPT),
  };
  if (view.scale !== wholeScale(view)) return inside;
  return { ...inside, x: Math.round(inside.x), y: Math.round(inside.y) };
}

function between(value, low, high) {
  return low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high);
}

export function scaleAbout(view, scale, point, image, stage) {
  const wanted = between(scale, smallestScale(image, stage), Math.max(LARGEST_SCALE, fit(image, stage).scale));
  return settled(laid(view, wanted, toImage(view, point), point), image, stage);
}

export function zoomAbout(view, factor, point, image, stage) {
  return scaleAbout(view, view.scale * factor, point, image, stage);
}

export function pan(view, right, down, image, stage) {
  return settled({ ...view, x: view.x + right, y: view.y + down }, image, stage);
}

export function sameView(a, b) {
  return Boolean(a && b) && a.scale === b.scale && a.x === b.x && a.y === b.y && a.aspect === b.aspect;
}

// The same image point stays in the middle when the stage changes its size.
export function resized(view, image, before, after) {
  const moved = { ...view, x: view.x + (after.width - before.width) / 2, y: view.y + (after.height - before.height) / 2 };
  return settled(moved, image, after);
}

// Canvas pixels whose centres fall on the image.
export function shownRectangle(view, image, stage) {
  const scale = scales(view);
  const [x, right] = shownSpan(view.x, image.columns * scale.x, stage.width);
  const [y, bottom] = shownSpan(view.y, image.rows * scale.y, stage.height);
  return { x, y, width: right - x, height: bottom - y };
}

function shownSpan(offset, length, limit) {
  const first = Math.min(Math.max(Math.ceil(offset - 0.5), 0), limit);
  const end = Math.min(Math.max(Math.ceil(offset + length - 0.5), first), limit);
  return [first, end];
}
