// The product's own modules, wired as its reading page wires them, without form and questions.

import { FrameCache, frameRequest, workerLoader } from "/static/reading/frames.js";
import { createRenderer } from "/static/reading/renderer.js";
import { Viewer } from "/static/reading/viewer.js";
import { begin } from "./harness.js";

const address = (at) => `/cases/${at}`;

async function create(stage, { rows, columns, window: voi }) {
  stage.innerHTML = '<div class="pane" style="height: 100%"><canvas style="width: 100%; height: 100%"></canvas><svg></svg></div>';
  const viewer = new Viewer(stage, (canvas) => createRenderer(canvas), { onChange: () => {}, onDraw: () => {} });
  const worker = new Worker("/static/reading/frame-worker.js", { type: "module" });
  const cache = new FrameCache(workerLoader(worker));
  const display = { shape: "linear", ...voi, lut: null, lut_first: 0, invert: false, padding: null };
  const image = (at) => ({ rows, columns, frames: [address(at)], display });
  const load = (at) => cache.get(frameRequest(image(at), address(at), viewer.sizeFor([image(at)])));

  return {
    ahead: load,
    async show(at) {
      viewer.open([image(at)]);
      const frame = cache.peek(address(at)) ?? (await load(at));
      viewer.show(viewer.place, frame);
      viewer.draw();
    },
    drag: (right, down) => viewer.window(right, down),
    readBack: () => viewer.readBack(),
  };
}

begin(create);
