// Mouse, pen and fingers on the stage -> gestures. Left drag windows, or moves what the page took hold of; middle or Shift
// drag pans, right drag zooms, the wheel goes to the page; a press without movement is a click. One finger drags as the
// left button does, two pan and zoom, two quick taps fit, and a finger held still is a magnifier.

const SLACK = { mouse: 4, pen: 4, touch: 9 }; // CSS pixels
const HOLD_MS = 500;
const DOUBLE_MS = 350;
const DOUBLE_REACH = 30; // CSS pixels

export function listenToPointer(stage, on) {
  const down = new Map();
  let type = ""; // of the last pointer that was pressed
  let drag = null; // press, until it has moved or lasted; then window, pan, zoom, scroll, lens or held
  let held = null;
  let timer = 0;
  let tap = { time: -Infinity };

  const point = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const letGo = () => {
    clearTimeout(timer);
    if (drag === "lens") on.lens(null);
    if (drag === "held") held.cancel();
    drag = null;
  };

  const begin = (event) => {
    if (event.target.closest("button, a")) return;
    stage.setPointerCapture(event.pointerId);
    const at = point(event);
    down.set(event.pointerId, at);
    if (down.size > 1) {
      letGo();
      return;
    }
    type = event.pointerType;
    on.down(at);
    drag = dragKind(event);
    held = drag === "press" && !event.ctrlKey ? on.hold(at, type) : null;
    if (type !== "touch") return;
    timer = setTimeout(() => {
      drag = "lens";
      on.lens(at);
    }, HOLD_MS);
  };

  const move = (event) => {
    const now = point(event);
    if (event.pointerType !== "touch") on.hover(now);
    const before = down.get(event.pointerId);
    if (!before) return;
    if (drag === "press" && Math.hypot(now.x - before.x, now.y - before.y) <= SLACK[type]) return;
    down.set(event.pointerId, now);
    if (down.size > 1) pinch(event.pointerId, before, now);
    else single(before, now);
  };

  const single = (before, now) => {
    const right = now.x - before.x;
    const below = now.y - before.y;
    if (drag === "press") {
      clearTimeout(timer);
      drag = held ? "held" : type === "touch" ? on.swipe(right, below) : "window";
    }
    if (drag === "held") held.move(now);
    if (drag === "lens") on.lens(now);
    if (drag === "window") on.window(right, below);
    if (drag === "scroll") on.scroll(below);
    if (drag === "pan") on.pan(right, below);
    if (drag === "zoom") on.zoom(Math.exp(-below / 200), null);
  };

  const pinch = (id, before, now) => {
    const other = [...down].find(([key]) => key !== id)[1];
    const span = (p) => Math.max(Math.hypot(p.x - other.x, p.y - other.y), 1);
    on.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    on.zoom(span(now) / span(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  };

  const end = (event) => {
    if (!down.delete(event.pointerId)) return;
    const was = event.type === "pointerup" && down.size === 0 ? drag : null;
    if (was === "held") {
      drag = null;
      held.end();
    }
    letGo();
    if (was === "press") click(point(event), event.timeStamp);
  };

  const click = (at, time) => {
    const isSecond = time - tap.time < DOUBLE_MS && Math.hypot(at.x - tap.x, at.y - tap.y) < DOUBLE_REACH;
    tap = type === "touch" && !isSecond ? { ...at, time } : { time: -Infinity };
    if (isSecond) on.toggleFit(at);
    on.click(at, type);
  };

  stage.addEventListener("pointerdown", begin);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
  stage.addEventListener("pointerleave", () => on.hover(null));
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("dblclick", (event) => type === "touch" || event.target.closest("button, a") || on.toggleFit(point(event)));
  const wheel = (event) => {
    event.preventDefault();
    on.wheel(wheelPixels(event), point(event), event.ctrlKey);
  };
  stage.addEventListener("wheel", wheel, { passive: false });
}

function dragKind({ button, shiftKey }) {
  if (button === 1 || shiftKey) return "pan";
  return button === 2 ? "zoom" : "press";
}

function wheelPixels({ deltaY, deltaMode }) {
  return deltaY * [1, 33, 400][deltaMode];
}
