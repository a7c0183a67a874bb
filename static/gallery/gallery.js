// The gallery: one image at a time, and a verdict on each by keys.
import { fit, oneToOne } from "../reading/geometry.js";
import { between, moved, proposed, sized } from "./rectangles.js";

const byId = (id) => document.getElementById(id);
const images = JSON.parse(byId("images").textContent);
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const stage = byId("stage"), picture = byId("picture"), places = byId("places");
const SVG = "http://www.w3.org/2000/svg";
const WORDS = { waiting: "Not yet looked at", clear: "Accepted", excluded: "Case excluded", undone: "Black parts are gone" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let at = 0, view = 0, drawn = [], steered = false, dragging = null, sending = false;

const current = () => images[at];
// Of a stack both projections come first: text on any frame shows on one of them.
const views = (image) => (image.frames > 1 ? ["light", "dark", ...Array(image.frames).keys()] : [0]);
const address = (image, number) => `${image.id}/${views(image)[number]}.png?${image.derivative.slice(0, 16)}`;
const isOpen = (image) => image.state === "waiting" || image.state === "undone";
const changed = () => JSON.stringify(drawn) !== JSON.stringify(current().black);

// Once the image was looked at, the server keeps where words were, not what they said.
function wordsOf({ words }) {
  const said = words.map(([text]) => text).filter(Boolean).join(" · ");
  return said || (words.length ? `${words.length} outlined; what they said is not kept after a look` : "none");
}

function preload(image, number = 0) {
  if (image && number < views(image).length) new Image().src = address(image, number);
}

function outline(box, name) {
  const made = document.createElementNS(SVG, "rect");
  ["x", "y", "width", "height"].forEach((key, index) => made.setAttribute(key, box[index]));
  made.setAttribute("class", name);
  return made;
}

function draw() {
  const image = current(), last = drawn.length - 1;
  places.setAttribute("viewBox", `0 0 ${image.columns} ${image.rows}`);
  places.replaceChildren(
    ...image.words.map((word) => outline(word.slice(1, 5), "word")),
    ...drawn.map((box, index) => outline(box, steered && index === last ? "black steered" : "black")),
  );
  if (dragging?.box) places.append(outline(dragging.box, "black steered"));
  const black = changed() ? `Black out ${drawn.length}` : "Accept";
  byId("accept").firstChild.textContent = `${black} `;
}

// As in the readers' viewer: what is square in the patient is square here.
function size() {
  const { columns, rows, aspect } = current(), stands = { width: stage.clientWidth, height: stage.clientHeight };
  const { scale, x, y } = (stage.classList.contains("every-pixel") ? oneToOne : fit)(current(), stands);
  for (const { style } of [picture, places]) {
    style.left = `${Math.max(0, x)}px`;
    style.top = `${Math.max(0, y)}px`;
    style.width = `${columns * scale}px`;
    style.height = `${rows * scale * aspect}px`;
  }
}

function show(number = 0) {
  const image = current(), looked = images.filter((one) => !isOpen(one)).length;
  view = number;
  picture.classList.remove("loaded");
  picture.src = address(image, number);
  picture.alt = image.name;
  byId("place").textContent = `${at + 1} of ${images.length}`;
  byId("name").textContent = image.name;
  byId("done").value = looked / images.length;
  byId("progress").textContent = `${looked} of ${images.length} looked at`;
  byId("state").textContent = WORDS[image.state];
  byId("state").className = image.state;
  byId("words").textContent = wordsOf(image);
  const which = views(image)[number];
  const named = { light: "Lightest of all frames", dark: "Darkest of all frames" }[which] ?? `Frame ${which + 1}`;
  byId("frame").textContent = image.frames > 1 ? `${named}, of ${image.frames}` : "";
  size();
  draw();
}

function go(to) {
  at = to;
  drawn = current().black.map((box) => [...box]);
  steered = false;
  byId("message").textContent = "";
  show();
}

// The next image to look at in a direction, of those not looked at where these alone are wanted; -1: none.
function next(step, wrap = false) {
  for (let count = 1; count < images.length; count += 1) {
    const to = wrap ? (at + step * count + images.length) % images.length : at + step * count;
    if (!images[to]) break;
    if (!byId("open-only").checked || isOpen(images[to])) return to;
  }
  return -1;
}

function step(direction, wrap = false) {
  const to = next(direction, wrap);
  if (to >= 0) go(to);
  else byId("message").textContent = images.some(isOpen) ? "No other image this way." : "All are looked at.";
}

function scroll(by) {
  const to = Math.min(Math.max(view + by, 0), views(current()).length - 1);
  if (to !== view) show(to);
  preload(current(), to + by);
}

async function send(verdict) {
  if (sending) return;
  sending = true;
  const place = at, image = images[place];
  const body = JSON.stringify({ verdict, derivative: image.derivative, rectangles: drawn });
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  try {
    const answer = await fetch(`${image.id}/`, { method: "POST", headers, body });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.refused);
    // What was made anew is not searched yet; words that are not black stay outlined.
    images[place] = verdict === "blackout" && !said.words.length ? { ...said, words: image.words } : said;
    if (verdict === "blackout") go(place);
    else {
      show(view);
      step(1, true);
    }
  } catch (error) {
    byId("message").textContent = `Not kept: ${error.message || "no answer"}`;
  }
  sending = false;
}

// Nothing is accepted that the person cannot have seen.
function accept() {
  if (picture.classList.contains("loaded")) send(changed() ? "blackout" : "accept");
}

function steer(dx, dy, sizing) {
  const { columns, rows } = current(), unit = Math.max(1, Math.round(Math.min(columns, rows) / 100));
  const change = sizing ? sized : moved;
  drawn.push(change(drawn.pop(), dx * unit, dy * unit, columns, rows));
  draw();
}

const KEYS = {
  Enter: accept,
  " ": accept,
  a: accept,
  x: () => send("exclude"),
  z: () => {
    stage.classList.toggle("every-pixel");
    size();
  },
  i: () => picture.classList.toggle("negative"),
  f: () => byId("open-only").click(),
  b: () => {
    drawn.push(proposed(current().words, drawn, current().columns, current().rows));
    steered = true;
    draw();
  },
  u: () => {
    drawn.pop();
    steered = false;
    draw();
  },
  Escape: () => {
    steered = false;
    draw();
  },
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => scroll(-1),
  ArrowDown: () => scroll(1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const own = event.target.closest("a, button, input");
  if (own && [" ", "Enter"].includes(event.key)) return;
  const act = steered && ARROWS[event.key] ? () => steer(...ARROWS[event.key], event.shiftKey) : KEYS[event.key];
  if (!act || (event.repeat && !event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  act();
});

const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(places.getScreenCTM().inverse());

stage.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  stage.setPointerCapture(event.pointerId);
  dragging = { from: point(event), box: null };
});
stage.addEventListener("pointermove", (event) => {
  if (!dragging) return;
  dragging.box = between(dragging.from, point(event), current().columns, current().rows);
  draw();
});
stage.addEventListener("pointerup", () => {
  if (dragging?.box) drawn.push(dragging.box);
  dragging = null;
  steered = false;
  draw();
});
stage.addEventListener("wheel", (event) => {
  if (stage.classList.contains("every-pixel") || current().frames < 2) return;
  event.preventDefault();
  scroll(Math.sign(event.deltaY));
}, { passive: false });
picture.addEventListener("load", () => {
  picture.classList.add("loaded");
  preload(images[next(1, true)]);
});
picture.addEventListener("error", () => {
  byId("message").textContent = "This picture cannot be read. Load the study's folder again.";
});
for (const [id, act] of [["accept", accept], ["exclude", KEYS.x]]) {
  byId(id).addEventListener("click", () => {
    act();
    stage.focus({ preventScroll: true });
  });
}
byId("open-only").addEventListener("change", () => stage.focus({ preventScroll: true }));

if (images.length) {
  const first = images.findIndex(isOpen);
  byId("open-only").checked = first >= 0;
  go(Math.max(first, 0));
  new ResizeObserver(size).observe(stage);
  stage.focus({ preventScroll: true });
}
