// Keys and pointers of the reading page -> what the page, the viewer and the form do.

import { isTyping } from "./dom.js";
import { actionFor } from "./keys.js";
import { markNear } from "./marks.js";
import { listenToPointer } from "./pointer.js";

const NUDGE = { slow: 3, fast: 12 }; // device pixels
const ONCE = new Set(["enter", "submit", "digit", "mark", "remove", "invert", "fit", "skip", "help", "lens", "image", "enlarge", "link", "film"]); // not while held down
const REACH = 14; // CSS pixels

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
    const context = { typing, multiline: event.target instanceof HTMLTextAreaElement, marking: page.reading.marking };
    const action = actionFor(event, context);
    if (action && event.repeat && ONCE.has(action.name)) return event.preventDefault();
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

function nudge(page, { right, down, fast }) {
  if (page.state !== "ready") return;
  const { viewer, reading } = page;
  const { image } = reading.marks.points[reading.marks.selected];
  const scale = viewer.scaleOf(image);
  const step = (along) => Math.max((fast ? NUDGE.fast : NUDGE.slow) / along, 1);
  reading.changeMarks("nudge", { x: right * step(scale.x), y: down * step(scale.y) }, viewer.extentOf(image));
}

function leave(page) {
  if (page.reading.marking) {
    page.reading.changeMarks("select", { index: -1 });
    page.reading.form.toOpen();
  } else page.stage.focus();
}

export function listenToStage(page) {
  const { stage, viewer } = page;
  stage.addEventListener("pointerdown", (event) => {
    page.reading?.clock.input();
    if (event.target.closest("button")) return;
    if (isTyping(document.activeElement)) stage.focus();
    event.preventDefault();
  });
  stage.addEventListener("wheel", () => page.reading?.clock.input(), { passive: true });
  listenToPointer(stage, {
    onWindow: (right, down) => viewer.window(right, down),
    onDown: (point) => viewer.activateAt(point),
    onPan: (right, down) => viewer.panBy(right, down),
    onZoom: (factor, point) => viewer.zoom(factor, point),
    onWheel: (pixels, point, isZoom) => wheel(page, pixels, point, isZoom),
    onToggleFit: (point) => isMarkActive(page) || viewer.toggleFit(point),
    onHover: (point) => page.point(point),
    onClick: (point) => click(page, viewer.hit(point)),
  });
}

// The wheel scrolls a stack and zooms a single frame; with Ctrl it always zooms.
function wheel({ viewer, scrolling }, pixels, point, isZoom) {
  viewer.activateAt(point);
  if (!isZoom && scrolling.wheel(pixels)) return;
  viewer.zoom(Math.exp(-Math.min(Math.max(pixels, -200), 200) / 400), point);
}

function isMarkActive(page) {
  return page.reading?.form.activeQuestion?.kind === "mark";
}

function click(page, point) {
  if (!point || !isMarkActive(page) || page.state !== "ready") return;
  const { viewer, reading } = page;
  const { x, y, ratio } = viewer.scaleOf(point.image);
  const near = markNear(reading.marks, point, (REACH * ratio) / x, y / x);
  if (near >= 0) reading.changeMarks("select", { index: near });
  else page.mark("add", point);
}
