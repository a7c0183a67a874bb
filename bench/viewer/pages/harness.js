// What all contestants share: the clock. Painted is the latest of all signs there are: the frame callback after a pixel
// read back from a canvas, the browser's Event Timing of the key, and its Element Timing of an <img>.

const SETTLE_MS = 350; // until the browser has told its own times

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const told = [];
for (const type of ["event", "element"]) {
  new PerformanceObserver((list) => told.push(...list.getEntries())).observe({ type, buffered: true, durationThreshold: 16 });
}

function toldSince(start) {
  const ends = told.map((entry) => {
    if (entry.entryType === "element") return entry.renderTime;
    return entry.name === "keydown" && entry.startTime >= start - 1 ? entry.startTime + entry.duration : 0;
  });
  return Math.max(0, ...ends);
}

// Milliseconds since `start`.
async function timeToPainted(contestant, at, start) {
  await contestant.show(at);
  contestant.readBack();
  await nextFrame();
  const frame = performance.now();
  await rest(SETTLE_MS);
  return Math.max(frame, toldSince(start)) - start;
}

async function opened(create) {
  const stage = document.querySelector("#stage");
  const contestant = await create(stage, await (await fetch("/facts")).json());
  const { bench } = window;
  let at = 0;
  bench.ahead = () => contestant.ahead(at + 1).then(() => undefined);
  addEventListener("keydown", (event) => {
    if (event.key === "n") bench.painted = timeToPainted(contestant, ++at, event.timeStamp);
  });
  listenToDrag(stage, contestant, bench.frames);
  return timeToPainted(contestant, 0, 0);
}

// window.bench.painted is a promise of milliseconds: since navigation at first, then since the last press of the key.
export function begin(create) {
  window.bench = { frames: [] };
  window.bench.painted = opened(create);
}

// Frame to frame while dragging: a frame in which the pointer moved lasts until its drawing is really done.
function listenToDrag(stage, contestant, frames) {
  let from = null;
  let moved = false;
  const tick = (before, counts) => {
    if (!from) return;
    contestant.readBack();
    const now = performance.now();
    if (counts) frames.push(now - before);
    const next = moved;
    moved = false;
    requestAnimationFrame(() => tick(now, next));
  };
  stage.addEventListener("pointerdown", (event) => {
    from = event;
    requestAnimationFrame(() => tick(0, false));
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    contestant.drag(event.clientX - from.clientX, event.clientY - from.clientY);
    from = event;
    moved = true;
  });
  stage.addEventListener("pointerup", () => (from = null));
}

// One pixel of what is shown, without touching the contestant's own canvas: waits until it is really there.
const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

export function readPixel(shown) {
  pixel.drawImage(shown, 0, 0, 1, 1, 0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data;
}
