// What a drag on the stage takes hold of: a mark, a corner of one, a new box or ellipse, or a length. Each gives
// {move, end, cancel}; a press that does not move is none of theirs.

import { addMark, boxBetween, holdAt, nudgeMark, resizeMark, selectMark } from "./marks.js";

const REACH = { touch: 24 }; // CSS pixels
const USUAL_REACH = 12;

export function markAt({ viewer, reading }, place, type) {
  return holdAt(reading.marks, place, viewer.unitOf(place.image), REACH[type] ?? USUAL_REACH);
}

export function holdOf(page, point, type) {
  const { viewer, reading, state } = page;
  const place = state === "ready" && viewer.hit(point);
  if (!place) return null;
  const locate = (now) => viewer.locate(now, place.image);
  if (page.length.isOn) return page.length.begin(place, locate);
  if (!reading.isMarkActive) return null;
  const before = reading.marks;
  const change = changeBy(before, place, markAt(page, place, type), reading, viewer.extentOf(place.image));
  return (
    change && {
      move: (now) => reading.preview(change(locate(now))),
      end: () => reading.keepMarks("drag"),
      cancel: () => reading.preview(before),
    }
  );
}

// Where the pointer is now -> the marks. Always from those before the drag: the whole drag is one step to undo.
function changeBy(before, from, hold, reading, extent) {
  if (hold) {
    const chosen = selectMark(before, hold.index);
    if (hold.corner >= 0) return (now) => resizeMark(chosen, hold.corner, now, extent);
    return (now) => nudgeMark(chosen, now.x - from.x, now.y - from.y, extent);
  }
  const { image, frame } = from;
  const { shape: kind } = reading;
  if (kind === "point") return null;
  return (now) => addMark(before, reading.marked({ image, frame, kind, ...boxBetween(from, now, extent) }), extent);
}
