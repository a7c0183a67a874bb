// Keys and pointers of the reading page -> what the page, the viewer and the form do.

import { isTyping } from "./dom.js";
import { holdOf, markAt } from "./holds.js";
import { actionFor } from "./keys.js";
import { listenToPointer } from "./pointer.js";

const NUDGE = { slow: 3, fast: 12 }; // CSS pixels
const HELD = new Set(["level", "width", "zoom", "pan", "frame", "leap", "rate", "question", "nudge", "grow", "undo"]); // go on while held down

export function listenToKeys(page) {
  const stamp = ({ timeStamp }) => (page.inputAt = timeStamp);
  for (const kind of ["keydown", "click"]) document.addEventListener(kind, stamp, { capture: true });
  const release = () => {
    if (page.lens.isOn) page.note("do", "lens-off");
    page.lens.hold(false);
  };
  document.addEventListener("keydown", (event) => {
    page.reading?.clock.input();
    if (!page.reading || page.dialogs.isOpen || event.defaultPrevented) return;
    if (event.key === "Enter" && event.target.closest("a, button:not([data-mark])")) return;
    const typing = isTyping(event.target);
    const context = { typing, multiline: event.target instanceof HTMLTextAreaElement, ...marking(page) };
    const action = actionFor(event, context);
    if (action && event.repeat && !HELD.has(action.name)) return event.preventDefault();
    if (action && !isFieldsOwn(event) && perform(page, action)) event.preventDefault();
  });
  document.addEventListener("keyup", ({ key }) => actionFor({ key }, {})?.name === "lens" && release());
  addEventListener("blur", release);
  document.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-action]")?.dataset.action;
    if (name && page.reading) perform(page, { name, by: 1 });
  });
  addEventListener("beforeunload", (event) => {
    if (page.stage.dataset.state === "saving" || page.stage.dataset.state === "retrying") event.preventDefault();
  });
}

// A question's own slider keeps the keys that go to its ends.
function isFieldsOwn({ key, target }) {
  return target.type === "range" && target.closest("form") && /^(Page|Home|End)/.test(key);
}

function perform(page, action) {
  const { reading, viewer, scrolling } = page;
  const { form } = reading;
  if (page.windows.take(action)) {
    page.note("do", "window");
    return true;
  }
  const own = {
    enter: () => page.enter(),
    submit: () => page.send(),
    digit: () => page.panel.form.inert || form.digit(action.digit),
    question: () => turnQuestion(page, action.by),
    mark: () => page.mark("add"),
    nudge: () => nudge(page, "nudge", action),
    grow: () => nudge(page, "grow", action),
    shape: () => nextShape(page),
    pick: () => reading.marks && page.mark("select", nextMark(reading.marks)),
    length: () => page.length.toggle(),
    remove: () => reading.isMarkActive && page.mark("remove"),
    undo: () => page.mark("undo"),
    leave: () => leave(page),
    help: () => page.dialogs.help.showModal(),
    skip: () => page.state === "saving" || page.state === "retrying" || page.dialogs.skip.showModal(),
    frame: () => scrolling.step(action.by),
    leap: () => scrolling.leap(action.by),
    image: () => scrolling.choose(action.by),
    film: () => scrolling.toggle(),
    rate: () => scrolling.faster(action.by),
    lens: () => page.lens.hold(true),
    again: () => page.showFrame(),
  };
  page.note("do", action.name);
  if (!(action.name in own)) return viewer.perform(action);
  return own[action.name]() !== false;
}

function turnQuestion({ panel, reading: { form } }, by) {
  if (panel.form.inert) return;
  if (by < 0 && document.activeElement === panel.submit) form.focus();
  else if (!form.move(by) && by > 0) panel.submit.focus();
}

// What the arrows are for: a selected mark that can be seen.
function marking({ reading, viewer }) {
  const mark = reading.marking && reading.marks.points[reading.marks.selected];
  const isSeen = Boolean(mark) && viewer.isShown(mark);
  return { marking: isSeen, sized: isSeen && mark.kind !== "point" };
}

function nudge(page, wish, { right, down, fast }) {
  if (page.state !== "ready") return;
  const { viewer, reading } = page;
  const { image } = reading.marks.points[reading.marks.selected];
  const unit = viewer.unitOf(image);
  const step = (pixels) => Math.max((fast ? NUDGE.fast : NUDGE.slow) * pixels, 1);
  reading.changeMarks(wish, right * step(unit.x), down * step(unit.y), viewer.extentOf(image));
}

function nextShape(page) {
  const { isMarkActive, markQuestion, shape } = page.reading;
  const shapes = markQuestion?.shapes ?? [];
  return isMarkActive && page.mark("shape", shapes[(shapes.indexOf(shape) + 1) % shapes.length]);
}

function nextMark({ points, selected }) {
  return (selected + 1) % points.length;
}

function leave(page) {
  if (page.reading.marking) {
    page.reading.changeMarks("select", -1);
    page.reading.form.toOpen();
  } else {
    if (page.length.isOn) page.length.toggle();
    page.stage.focus();
  }
}

export function listenToStage(page) {
  const { stage, viewer } = page;
  stage.addEventListener("pointerdown", (event) => {
    page.reading?.clock.input();
    if (event.target.closest("button")) return;
    page.windows.close();
    if (isTyping(document.activeElement)) stage.focus();
    event.preventDefault();
  });
  stage.addEventListener("wheel", () => page.reading?.clock.input(), { passive: true });
  listenToPointer(stage, {
    down: (point) => viewer.activateAt(point),
    hold: (point, type) => holdOf(page, point, type),
    window: (right, down) => viewer.window(right, down),
    pan: (right, down) => viewer.panBy(right, down),
    zoom: (factor, point) => viewer.zoom(factor, point),
    wheel: (pixels, point, isZoom) => wheel(page, pixels, point, isZoom),
    // Through a stack up and down; a finger that sets out sideways windows there too.
    swipe: (right, down) => (viewer.frame && viewer.isStack && Math.abs(down) > Math.abs(right) ? "scroll" : "window"),
    scroll: (down) => page.scrolling.glide(down),
    lens: (point) => page.touchLens(point),
    toggleFit: (point) => page.reading.isMarkActive || viewer.toggleFit(point),
    hover: (point) => page.point(point),
    click: (point, type) => click(page, viewer.hit(point), type),
  });
}

// The wheel scrolls a stack and zooms a single frame; with Ctrl it always zooms.
function wheel({ viewer, scrolling }, pixels, point, isZoom) {
  viewer.activateAt(point);
  if (!isZoom && scrolling.wheel(pixels)) return;
  viewer.zoom(Math.exp(-Math.min(Math.max(pixels, -200), 200) / 400), point);
}

function click(page, place, type) {
  const { reading } = page;
  if (!place || !reading.isMarkActive || page.state !== "ready") return;
  const near = markAt(page, place, type);
  if (!near && reading.shape === "point") page.mark("add", place);
  else reading.changeMarks("select", near ? near.index : -1);
}
