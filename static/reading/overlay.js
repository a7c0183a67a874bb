// Draws the marks and the length of the frame on show over the canvas. Screen points come from the geometry, in CSS pixels.

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 11;
const HANDLE = 4;
const TICK = 5;
const LETTER = 7; // CSS pixels, hardly ever more

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function drawnOverlay() {
  return shape("svg", { class: "overlay", "aria-hidden": "true" });
}

// Each part of a mark as one path, about its own upper left corner.
const PATHS = {
  point: () => {
    const arm = (x, y) => `M${x * (RADIUS - 5)} ${y * (RADIUS - 5)}L${x * (RADIUS + 5)} ${y * (RADIUS + 5)}`;
    return arcs(-RADIUS, 0, RADIUS, RADIUS) + arm(0, -1) + arm(1, 0) + arm(0, 1) + arm(-1, 0);
  },
  box: ({ width, height }) => `M0 0H${width}V${height}H0Z`,
  ellipse: ({ width, height }) => arcs(0, height / 2, width / 2, height / 2),
  line: ({ width, height }) => {
    const length = Math.hypot(width, height) || 1;
    const [across, down] = [(-height / length) * TICK, (width / length) * TICK];
    const tick = (x, y) => `M${x - across} ${y - down}l${2 * across} ${2 * down}`;
    return `M0 0L${width} ${height}` + tick(0, 0) + tick(width, height);
  },
};

function arcs(left, middle, across, down) {
  const half = (right) => `a${across} ${down} 0 0 1 ${right} 0`;
  return `M${left} ${middle}${half(2 * across)}${half(-2 * across)}`;
}

function handles({ width, height }) {
  const square = (x, y) => `M${x - HANDLE} ${y - HANDLE}h${2 * HANDLE}v${2 * HANDLE}h${-2 * HANDLE}z`;
  return square(0, 0) + square(width, 0) + square(width, height) + square(0, height);
}

// Where a mark's words stand: to its right, or where there is no room for them above it.
function besides({ kind, x, y, width = 0, height = 0, label }, room) {
  const away = (kind === "point" ? RADIUS : 0) + 7;
  if (x + width + away + label.length * LETTER < room) return { x: width + away, y: kind === "line" ? height + 4 : 4 };
  return { x: Math.min(width, room - x - 4), y: Math.max(Math.min(height, 0) - away, 12 - y), "text-anchor": "end" };
}

// A dark line under a light one is seen on any grey. `marks`: [{kind, x, y, width, height, label, selected}].
export function drawMarks(overlay, marks) {
  const drawn = marks.map((mark) => {
    const { kind, x, y, width = 0, label, selected } = mark;
    const d = PATHS[kind](mark);
    const parts = [shape("path", { class: "halo", d }), shape("path", { class: "line", d })];
    if (selected && width && kind !== "line") parts.push(shape("path", { class: "handle", d: handles(mark) }));
    if (label) parts.push(shape("text", besides(mark, overlay.parentElement.clientWidth), label));
    return shape("g", { transform: `translate(${x} ${y})`, class: `mark ${kind}${selected ? " selected" : ""}` }, ...parts);
  });
  overlay.replaceChildren(...drawn);
}
