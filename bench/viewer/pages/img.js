// A plain <img>, decoded ahead by the browser itself.

import { begin } from "./harness.js";

async function create(stage) {
  const ready = new Map();

  const load = async (at) => {
    const image = new Image();
    image.decoding = "sync"; // never a frame without its picture
    image.style.cssText = "width: 100%; height: 100%; object-fit: contain";
    image.setAttribute("elementtiming", `case ${at}`);
    image.src = `/cases/${at}`;
    await image.decode();
    ready.set(at, image);
  };

  return {
    ahead: load,
    async show(at) {
      if (!ready.has(at)) await load(at);
      stage.replaceChildren(ready.get(at));
      ready.delete(at);
    },
    readBack: () => {}, // the browser itself tells when an image is on the screen: Element Timing
  };
}

begin(create);
