// Where an image lies on the stage. A view is {scale, x, y}: a point of the image (in image pixels) is drawn at
// point * scale + (x, y), in the canvas's own device pixels.

export const LARGEST_SCALE = 16;
const EDGE_KEPT = 48; // device pixels of the image that panning cannot push off the stage

export function fit(image, stage) {
  const scale = Math.min(stage.width / image.columns, stage.height / image.rows);
  return centred(image, stage, scale);
}

export function oneToOne(image, stage) {
  return centred(image, stage, 1);
}

function centred(image, stage, scale) {
  const x = Math.round((stage.width - image.columns * scale) / 2);
  const y = Math.round((stage.height - image.rows * scale) / 2);
  return { scale, x, y };
}

export function toImage(view, point) {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

export function toScreen(view, point) {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

export function smallestScale(image, stage) {
  return Math.min(fit(image, stage).scale, 1) / 2;
}

// At one image pixel per device pixel the offset is whole, so that every grey value is shown as it is.
function settled(view, image, stage) {
  const inside = {
    scale: view.scale,
    x: between(view.x, EDGE_KEPT - image.columns * view.scale, stage.width - EDGE_KEPT),
    y: between(view.y, EDGE_KEPT - image.rows * view.scale, stage.height - EDGE_KEPT),
  };
  return view.scale === 1 ? { scale: 1, x: Math.round(inside.x), y: Math.round(inside.y) } : inside;
}

function between(value, low, high) {
  return low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high);
}

export function scaleAbout(view, scale, point, image, stage) {
  const wanted = between(scale, smallestScale(image, stage), Math.max(LARGEST_SCALE, fit(image, stage).scale));
  const ratio = wanted / view.scale;
  const moved = { scale: wanted, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio };
  return settled(moved, image, stage);
}

export function zoomAbout(view, factor, point, image, stage) {
  return scaleAbout(view, view.scale * factor, point, image, stage);
}

export function pan(view, right, down, image, stage) {
  return settled({ scale: view.scale, x: view.x + right, y: view.y + down }, image, stage);
}

export function sameView(a, b) {
  return Boolean(a && b) && a.scale === b.scale && a.x === b.x && a.y === b.y;
}

// The same image point stays in the middle when the stage changes its size.
export function resized(view, image, before, after) {
  const moved = { ...view, x: view.x + (after.width - before.width) / 2, y: view.y + (after.height - before.height) / 2 };
  return settled(moved, image, after);
}

// Canvas pixels whose centres fall on the image.
export function shownRectangle(view, image, stage) {
  const [x, right] = shownSpan(view.x, image.columns * view.scale, stage.width);
  const [y, bottom] = shownSpan(view.y, image.rows * view.scale, stage.height);
  return { x, y, width: right - x, height: bottom - y };
}

function shownSpan(offset, length, limit) {
  const first = Math.min(Math.max(Math.ceil(offset - 0.5), 0), limit);
  const end = Math.min(Math.max(Math.ceil(offset + length - 0.5), first), limit);
  return [first, end];
}
