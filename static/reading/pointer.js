// Mouse, pen and fingers on the stage -> gestures. Left drag windows, middle or Shift drag pans, right drag zooms,
// two fingers pan and zoom, the wheel goes to the page; a press without movement is a click.

const CLICK_SLACK = 4; // CSS pixels

export function listenToPointer(stage, { onDown, onWindow, onPan, onZoom, onWheel, onClick, onHover, onToggleFit }) {
  const down = new Map();
  let moved = 0;
  let drag = null;

  const point = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const begin = (event) => {
    if (event.target.closest("button, a")) return;
    stage.setPointerCapture(event.pointerId);
    down.set(event.pointerId, point(event));
    if (down.size === 1) {
      moved = 0;
      onDown(point(event));
    }
    drag = dragKind(event);
  };

  const move = (event) => {
    const now = point(event);
    if (event.pointerType !== "touch") onHover(now);
    const before = down.get(event.pointerId);
    if (!before) return;
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (down.size > 1) pinch(event.pointerId, before, now);
    else if (moved > CLICK_SLACK) single(before, now);
    else return;
    down.set(event.pointerId, now);
  };

  const single = (before, now) => {
    const right = now.x - before.x;
    const below = now.y - before.y;
    if (drag === "window") onWindow(right, below);
    if (drag === "pan") onPan(right, below);
    if (drag === "zoom") onZoom(Math.exp(-below / 200), null);
  };

  const pinch = (id, before, now) => {
    moved = CLICK_SLACK + 1;
    const other = [...down].find(([key]) => key !== id)[1];
    const span = (p) => Math.max(Math.hypot(p.x - other.x, p.y - other.y), 1);
    onPan((now.x - before.x) / 2, (now.y - before.y) / 2);
    onZoom(span(now) / span(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  };

  const end = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (event.type === "pointerup" && down.size === 0 && moved <= CLICK_SLACK && drag === "window") onClick(point(event));
  };

  stage.addEventListener("pointerdown", begin);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
  stage.addEventListener("pointerleave", () => onHover(null));
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("dblclick", (event) => event.target.closest("button, a") || onToggleFit(point(event)));
  const wheel = (event) => {
    event.preventDefault();
    onWheel(wheelPixels(event), point(event), event.ctrlKey);
  };
  stage.addEventListener("wheel", wheel, { passive: false });
}

function dragKind({ button, shiftKey }) {
  if (button === 1 || shiftKey) return "pan";
  return button === 2 ? "zoom" : "window";
}

function wheelPixels({ deltaY, deltaMode }) {
  return deltaY * [1, 33, 400][deltaMode];
}
