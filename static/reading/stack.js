// Moving through the frames of a stack: which are needed soonest, what a wheel means, how fast a film runs.

const NOTCH = 100; // CSS pixels that a wheel's notch scrolls by
const SMALLEST_NOTCH = 60; // below this it is a touchpad's glide
const GLIDE = 40; // CSS pixels of a glide for one frame
const SWIPE = 12; // CSS pixels of a finger's way for one frame

export const RATES = [2, 5, 10, 15, 20, 30]; // frames a second
export const USUAL_RATE = 10;

export function clamped(frame, count) {
  return Math.min(Math.max(frame, 0), count - 1);
}

// All frames, soonest needed first: the one on show, then two in the direction of travel for each one behind.
export function soonestFirst(count, at, direction = 1) {
  const way = direction < 0 ? -1 : 1;
  const order = [at];
  const add = (frame) => frame >= 0 && frame < count && order.push(frame);
  for (let on = 1, behind = 1; order.length < count; on += 2, behind++) {
    add(at + way * on);
    add(at + way * (on + 1));
    add(at - way * behind);
  }
  return order;
}

// -> {frames, rest}: how many frames to go, and the part of a glide kept for the next event.
export function wheelFrames(pixels, rest = 0) {
  if (Math.abs(pixels) >= SMALLEST_NOTCH) {
    return { frames: Math.sign(pixels) * Math.max(Math.round(Math.abs(pixels) / NOTCH), 1), rest: 0 };
  }
  return glideFrames(pixels, rest, GLIDE);
}

export function glideFrames(pixels, rest, step = SWIPE) {
  const sum = rest * pixels < 0 ? pixels : rest + pixels;
  const frames = Math.trunc(sum / step);
  return { frames, rest: sum - frames * step };
}

export function otherRate(rate, by) {
  return RATES[clamped(RATES.indexOf(rate) + by, RATES.length)];
}

// A film shows every frame: a late tick moves by one, never by more, and the beat goes on from there.
export function beat(last, now, rate) {
  const interval = 1000 / rate;
  if (now - last < interval) return { due: false, last };
  return { due: true, last: now - last < 2 * interval ? last + interval : now };
}
