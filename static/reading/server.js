// The page's talk with the server: the case to read now, and the address where its answer goes.

import { backoff, isPassing } from "./retry.js";

// -> a case page, null when the session has no case left, or {closed: status}
export async function nextCase(url, { fetch, sleep, onWaiting }) {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" }, cache: "no-store" });
      if (response.status === 204) return null;
      if (response.ok) return await response.json();
      if (!isPassing(response.status)) return { closed: response.status };
    } catch {
      // No answer: try again below.
    }
    onWaiting?.(attempt + 1);
    await sleep(backoff(attempt));
  }
}

export function answerUrl(nextUrl, reading) {
  return nextUrl.replace(/next\/?$/, `${encodeURIComponent(reading)}/`);
}

export function displayFacts(renderer, view, refresh = null) {
  const { kind, software } = renderer;
  return {
    software_gl: software,
    renderer: kind,
    gl: kind === "2d" ? "none" : software ? "software" : "hardware",
    color_depth: view.screen.colorDepth,
    refresh_ms: refresh,
    pixel_ratio: view.devicePixelRatio,
    screen: [view.screen.width, view.screen.height],
    viewport: [view.innerWidth, view.innerHeight],
  };
}
