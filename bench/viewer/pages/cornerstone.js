// cornerstone3D's stack viewport: cases are images of one stack, decoded by its own loader and worker.

import { cache, Enums, imageLoader, init, RenderingEngine } from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import { begin, readPixel } from "./harness.js";

const address = (at) => `wadouri:${location.origin}/cases/${at}`;

async function create(stage, { count, window: voi }) {
  init();
  initLoader({ maxWebWorkers: 1 });
  cache.setMaxCacheSize(1.5 * 2 ** 30);
  const engine = new RenderingEngine("bench");
  const box = document.createElement("div");
  box.style.cssText = "width: 100%; height: 100%";
  stage.append(box);
  engine.enableElement({ viewportId: "stack", type: Enums.ViewportType.STACK, element: box });
  const viewport = engine.getViewport("stack");
  const range = { ...voi };

  const rendered = () =>
    new Promise((resolve) => box.addEventListener(Enums.Events.IMAGE_RENDERED, resolve, { once: true }));

  return {
    ahead: (at) => imageLoader.loadAndCacheImage(address(at)),
    async show(at) {
      const drawn = rendered();
      if (at === 0) await viewport.setStack(Array.from({ length: count }, (_, i) => address(i)), 0);
      else await viewport.setImageIdIndex(at);
      if (at === 0) viewport.setProperties({ voiRange: { lower: range.low, upper: range.high } });
      viewport.render();
      await drawn;
    },
    drag(right, down) {
      const width = (range.high - range.low) * Math.exp(right / 300);
      const centre = (range.low + range.high) / 2 + (down * width) / 400;
      Object.assign(range, { low: centre - width / 2, high: centre + width / 2 });
      viewport.setProperties({ voiRange: { lower: range.low, upper: range.high } });
      viewport.render();
    },
    readBack: () => readPixel(viewport.getCanvas()),
  };
}

begin(create);
