// The product's own modules, wired as its reading page wires them, without form and questions.

import { FrameCache, frameRequest, workerLoader } from "/static/reading/frames.js";
import { createRenderer } from "/static/reading/renderer.js";
import { Viewer } from "/static/reading/viewer.js";
import { begin } from "./harness.js";

const address = (at) => `/cases/${at}`;

async function create(stage, { rows, columns, window: voi }) {
  stage.innerHTML = '<canvas style="width: 100%; height: 100%"></canvas><svg></svg>';
  const renderer = createRenderer(stage.querySelector("canvas"));
  const viewer = new Viewer(stage, renderer, { onChange: () => {} });
  const worker = new Worker("/static/reading/frame-worker.js", { type: "module" });
  const cache = new FrameCache(workerLoader(worker, () => viewer.size));
  const display = { shape: "linear", ...voi, lut: null, lut_first: 0, invert: false, padding: null };
  const image = (at) => ({ rows, columns, frames: [address(at)], display });
  const load = (at) => cache.get(frameRequest(image(at), address(at)));

  return {
    ahead: load,
    async show(at) {
      viewer.open([image(at)]);
      viewer.show(cache.peek(address(at)) ?? (await load(at)));
    },
    drag: (right, down) => viewer.window(right, down),
    readBack: () => renderer.readBack(),
  };
}

begin(create);
