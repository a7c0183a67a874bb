// Draws the marks of the frame on show over the canvas. Screen points come from the geometry, in device pixels.

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 11;

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function ring(className) {
  const ticks = [[0, -1], [1, 0], [0, 1], [-1, 0]].map(
    ([x, y]) => `M${x * (RADIUS - 5)} ${y * (RADIUS - 5)}L${x * (RADIUS + 5)} ${y * (RADIUS + 5)}`,
  );
  const group = shape("g", { class: className });
  group.append(shape("circle", { r: RADIUS }), shape("path", { d: ticks.join("") }));
  return group;
}

export function drawnOverlay() {
  return shape("svg", { class: "overlay", "aria-hidden": "true" });
}

// A dark ring under a light one is seen on any grey. `points`: [{x, y, selected}] in CSS pixels.
export function drawMarks(overlay, points) {
  const drawn = points.map(({ x, y, selected }) => {
    const group = shape("g", { transform: `translate(${x} ${y})`, class: selected ? "mark selected" : "mark" });
    group.append(ring("halo"), ring("line"));
    return group;
  });
  overlay.replaceChildren(...drawn);
}
