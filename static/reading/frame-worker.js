// Off the main thread: fetch a frame, undo its coding, make the level of the fitted view where asked, hand all over without a copy.

import { fit, shownRectangle } from "./geometry.js";
import { runsOf } from "./layer.js";
import { decodePayload } from "./payload.js";
import { resample } from "./resample.js";
import { backoff, isPassing, sleep } from "./retry.js";

const ATTEMPTS = 7;

async function fetchBytes(url) {
  for (let attempt = 0; ; attempt++) {
    let failure;
    try {
      const response = await fetch(url, { credentials: "same-origin" });
      if (response.ok) return await response.arrayBuffer();
      failure = new Error(`The server answered ${response.status}.`);
      if (!isPassing(response.status)) throw Object.assign(failure, { final: true });
    } catch (error) {
      if (error.final) throw error;
      failure = error;
    }
    if (attempt + 1 >= ATTEMPTS) throw failure;
    await sleep(backoff(attempt));
  }
}

function fittedLevel(frame, stage) {
  const view = fit(frame, stage);
  const rectangle = shownRectangle(view, frame, stage);
  return { view, rectangle, bits: resample(frame, view, rectangle) };
}

async function load({ url, overlay, padding, aspect, stage }) {
  const [bytes, drawn] = await Promise.all([fetchBytes(url), overlay && fetchBytes(overlay)]);
  const frame = { ...decodePayload(bytes), padding, aspect, overlay: drawn && runsOf(decodePayload(drawn)) };
  return { ...frame, level: stage && fittedLevel(frame, stage) };
}

addEventListener("message", async ({ data }) => {
  try {
    const frame = await load(data);
    postMessage({ id: data.id, frame }, [frame.values, frame.level?.bits, frame.overlay].filter(Boolean).map(({ buffer }) => buffer));
  } catch (error) {
    postMessage({ id: data.id, error: error.message });
  }
});
