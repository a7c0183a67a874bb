// Keys and pointers of the reading page -> what the page, the viewer and the form do.

import { isTyping } from "./dom.js";
import { actionFor } from "./keys.js";
import { markNear } from "./marks.js";
import { listenToPointer } from "./pointer.js";

const NUDGE = { slow: 3, fast: 12 }; // device pixels
const ONCE = new Set(["enter", "submit", "digit", "mark", "remove", "invert", "fit", "skip", "help"]); // not while held down
const REACH = 14; // CSS pixels

export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => {
    page.reading?.clock.input();
    if (!page.reading || page.dialogs.isOpen || event.defaultPrevented) return;
    if (event.key === "Enter" && event.target.closest("a, button:not([data-mark])")) return;
    const typing = isTyping(event.target);
    const context = { typing, multiline: event.target instanceof HTMLTextAreaElement, marking: page.reading.marking };
    const action = actionFor(event, context);
    if (action && event.repeat && ONCE.has(action.name)) return event.preventDefault();
    if (action && perform(page, action)) event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-action]")?.dataset.action;
    if (name && page.reading) perform(page, { name, by: 1 });
  });
  addEventListener("beforeunload", (event) => {
    if (page.stage.dataset.state === "saving" || page.stage.dataset.state === "retrying") event.preventDefault();
  });
}

function perform(page, action) {
  const { reading, viewer } = page;
  const { form } = reading;
  const own = {
    enter: () => page.enter(),
    submit: () => page.send(),
    digit: () => page.panel.form.inert || form.digit(action.digit),
    question: () => turnQuestion(page, action.by),
    mark: () => page.mark("add"),
    nudge: () => nudge(page, action),
    remove: () => isMarkActive(page) && page.mark("remove"),
    undo: () => page.mark("undo"),
    leave: () => leave(page),
    help: () => page.dialogs.help.showModal(),
    skip: () => page.state === "saving" || page.state === "retrying" || page.dialogs.skip.showModal(),
    frame: () => page.turn(action.by),
    again: () => page.showFrame(),
  };
  if (!(action.name in own)) return viewer.perform(action);
  own[action.name]();
  return true;
}

function turnQuestion({ panel, reading: { form } }, by) {
  if (panel.form.inert) return;
  if (by < 0 && document.activeElement === panel.submit) form.focus();
  else if (!form.move(by) && by > 0) panel.submit.focus();
}

function nudge(page, { right, down, fast }) {
  if (page.state !== "ready") return;
  const step = Math.max((fast ? NUDGE.fast : NUDGE.slow) / page.viewer.scale, 1);
  page.reading.changeMarks("nudge", { x: right * step, y: down * step }, page.viewer.extent);
}

function leave(page) {
  if (page.reading.marking) {
    page.reading.changeMarks("select", { index: -1 });
    page.reading.form.toOpen();
  } else page.stage.focus();
}

export function listenToStage(page) {
  const { stage, viewer } = page;
  const device = ({ x, y }) => ({ x: x * viewer.ratio, y: y * viewer.ratio });
  stage.addEventListener("pointerdown", (event) => {
    page.reading?.clock.input();
    if (event.target.closest("button")) return;
    if (isTyping(document.activeElement)) stage.focus();
    event.preventDefault();
  });
  stage.addEventListener("wheel", () => page.reading?.clock.input(), { passive: true });
  listenToPointer(stage, {
    onWindow: (right, down) => viewer.window(right, down),
    onPan: (right, down) => viewer.panBy(right * viewer.ratio, down * viewer.ratio),
    onZoom: (factor, point) => viewer.zoom(factor, device(point)),
    onToggleFit: (point) => isMarkActive(page) || viewer.toggleFit(device(point)),
    onHover: (point) => (page.hover = point && onImage(viewer, device(point))),
    onClick: (point) => click(page, onImage(viewer, device(point))),
  });
}

function isMarkActive(page) {
  return page.reading?.form.activeQuestion?.kind === "mark";
}

// Null off the image.
function onImage(viewer, point) {
  if (!viewer.frame) return null;
  const { x, y } = viewer.toImage(point);
  const { rows, columns } = viewer.extent;
  return x >= 0 && y >= 0 && x <= columns && y <= rows ? { x, y } : null;
}

function click(page, point) {
  if (!point || !isMarkActive(page) || page.state !== "ready") return;
  const { viewer, reading } = page;
  const near = markNear(reading.marks, { ...viewer.place, ...point }, (REACH * viewer.ratio) / viewer.scale);
  if (near >= 0) reading.changeMarks("select", { index: near });
  else page.mark("add", point);
}
