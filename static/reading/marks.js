// Point marks of one question, in image pixels, with undo. Pure: every change gives a new list.

import { apart } from "./geometry.js";

export function noMarks(points = []) {
  return { points, selected: -1, past: [] };
}

function changed(marks, points, selected) {
  return { points, selected, past: [...marks.past, { points: marks.points, selected: marks.selected }] };
}

function rounded(value) {
  return Math.round(value * 10) / 10;
}

export function placed(point, extent) {
  return {
    ...point,
    x: rounded(Math.min(Math.max(point.x, 0), extent.columns)),
    y: rounded(Math.min(Math.max(point.y, 0), extent.rows)),
  };
}

export function addMark(marks, point, extent) {
  const made = placed({ ...point, kind: "point" }, extent);
  return changed(marks, [...marks.points, made], marks.points.length);
}

export function nudgeMark(marks, right, down, extent) {
  const point = marks.points[marks.selected];
  if (!point) return marks;
  const moved = placed({ ...point, x: point.x + right, y: point.y + down }, extent);
  return changed(marks, marks.points.with(marks.selected, moved), marks.selected);
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

// The mark on this frame within reach of a point, or -1.
export function markNear(marks, { image, frame, x, y }, reach, aspect = 1) {
  const distances = marks.points.map((mark) =>
    mark.image === image && mark.frame === frame ? apart(mark, { x, y }, aspect) : Infinity,
  );
  const nearest = distances.indexOf(Math.min(...distances));
  return nearest >= 0 && distances[nearest] <= reach ? nearest : -1;
}
