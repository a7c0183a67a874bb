// Marks of one question, in image pixels, with undo. Pure: every change gives a new list. Of a box, and of an ellipse
// in its box, x and y are the left and the top edge.

const SMALLEST = 1; // image pixels that a box is wide and high

export function noMarks(points = []) {
  return { points, selected: -1, past: [] };
}

function changed(marks, points, selected) {
  return { points, selected, past: [...marks.past, { points: marks.points, selected: marks.selected }] };
}

function rounded(value) {
  return Math.round(value * 10) / 10;
}

function within(value, most) {
  return rounded(Math.min(Math.max(value, 0), most));
}

export function placed(mark, { rows, columns }) {
  return { ...mark, x: within(mark.x, columns - (mark.width ?? 0)), y: within(mark.y, rows - (mark.height ?? 0)) };
}

// The box between two opposite corners, kept on the image.
export function boxBetween(a, b, { rows, columns }) {
  const [x, width] = sideBetween(a.x, b.x, columns);
  const [y, height] = sideBetween(a.y, b.y, rows);
  return { x, y, width, height };
}

function sideBetween(a, b, most) {
  const low = Math.min(within(Math.min(a, b), most), most - SMALLEST);
  return [low, rounded(Math.max(within(Math.max(a, b), most) - low, SMALLEST))];
}

export function boxAbout({ x, y }, size, extent) {
  const [width, height] = [within(size.width, extent.columns), within(size.height, extent.rows)];
  return placed({ x: x - width / 2, y: y - height / 2, width, height }, extent);
}

// From the upper left corner round; each one's opposite is two further.
export function cornersOf({ x, y, width, height }) {
  return [{ x, y }, { x: x + width, y }, { x: x + width, y: y + height }, { x, y: y + height }];
}

export function addMark(marks, mark, extent) {
  return changed(marks, [...marks.points, placed({ kind: "point", ...mark }, extent)], marks.points.length);
}

function replaced(marks, change) {
  const mark = marks.points[marks.selected];
  return mark ? changed(marks, marks.points.with(marks.selected, { ...mark, ...change(mark) }), marks.selected) : marks;
}

export function nudgeMark(marks, right, down, extent) {
  return replaced(marks, (mark) => placed({ ...mark, x: mark.x + right, y: mark.y + down }, extent));
}

// The lower right corner moves; a point has no size.
export function growMark(marks, right, down, extent) {
  const mark = marks.points[marks.selected];
  if (!mark?.width) return marks;
  const corner = { x: mark.x + Math.max(mark.width + right, SMALLEST), y: mark.y + Math.max(mark.height + down, SMALLEST) };
  return replaced(marks, () => boxBetween(mark, corner, extent));
}

export function resizeMark(marks, corner, to, extent) {
  return replaced(marks, (mark) => boxBetween(cornersOf(mark)[(corner + 2) % 4], to, extent));
}

export function labelMark(marks, label) {
  return replaced(marks, () => ({ label }));
}

export function removeMark(marks) {
  const at = marks.selected >= 0 ? marks.selected : marks.points.length - 1;
  if (at < 0) return marks;
  return changed(marks, marks.points.toSpliced(at, 1), -1);
}

export function undoMark(marks) {
  const before = marks.past.at(-1);
  return before ? { ...before, past: marks.past.slice(0, -1) } : marks;
}

export function selectMark(marks, index) {
  return { ...marks, selected: index };
}

// What a press at a point takes hold of: {index, corner} of the selected box, {index} of the nearest outline; or null.
// `unit`: image pixels, across and down, of one screen pixel, in which `reach` is given.
export function holdAt(marks, { image, frame, x, y }, unit, reach) {
  const away = (a, b) => Math.hypot((a.x - b.x) / unit.x, (a.y - b.y) / unit.y);
  const here = (mark) => mark?.image === image && mark.frame === frame;
  const chosen = marks.points[marks.selected];
  if (here(chosen) && chosen.width) {
    const corner = nearest(cornersOf(chosen).map((one) => away(one, { x, y })), reach);
    if (corner >= 0) return { index: marks.selected, corner };
  }
  const distances = marks.points.map((mark) => (here(mark) ? toOutline(mark, { x, y }, unit, away) : Infinity));
  const index = nearest(distances, reach);
  return index < 0 ? null : { index };
}

function nearest(distances, reach) {
  const at = distances.indexOf(Math.min(...distances));
  return distances[at] <= reach ? at : -1;
}

function toOutline(mark, point, unit, away) {
  if (mark.kind === "point") return away(mark, point);
  const [a, b] = [mark.width / 2, mark.height / 2];
  const [right, down] = [point.x - mark.x - a, point.y - mark.y - b];
  if (mark.kind === "ellipse") {
    const ratio = Math.hypot(right / a, down / b); // 1 on the outline, along the ray from the middle
    return ratio ? away({ x: 0, y: 0 }, { x: right, y: down }) * Math.abs(1 - 1 / ratio) : Math.min(a / unit.x, b / unit.y);
  }
  const [past, below] = [(Math.abs(right) - a) / unit.x, (Math.abs(down) - b) / unit.y];
  return past < 0 && below < 0 ? -Math.max(past, below) : Math.hypot(Math.max(past, 0), Math.max(below, 0));
}
