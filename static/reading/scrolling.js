// Through the frames of a stack by keys, wheel, slider and film; what is not there yet is waited for with the last frame on show.

import { beat, glideFrames, otherRate, USUAL_RATE, wheelFrames } from "./stack.js";

const REDUCED = "This device asks for little motion. Press P again to play.";

export class Scrolling {
  #rest = 0;
  #last = 0;
  #isAsked = false; // for motion, where little is wanted
  rate = USUAL_RATE;
  isPlaying = false;

  // follow: shows the frame that the viewer asks for, as soon as it is there
  constructor(viewer, { follow, say, onRate }) {
    this.viewer = viewer;
    this.follow = follow;
    this.say = say;
    this.onRate = onRate;
  }

  get #isOpen() {
    return Boolean(this.viewer.frame);
  }

  get #isStack() {
    return this.#isOpen && this.viewer.isStack;
  }

  // A frame on in a stack, else an image on.
  step(by) {
    if (!this.#isOpen) return false;
    if (!this.#isStack) return this.choose(by);
    return this.go(this.viewer.place.frame + by);
  }

  leap(by) {
    return this.#isStack && this.go(this.viewer.place.frame + by);
  }

  // False where there is nothing to go through: then the key is the browser's.
  go(frame) {
    if (!this.#isStack) return false;
    this.stop();
    if (this.viewer.seek(frame)) this.follow();
    return true;
  }

  choose(by) {
    if (!this.#isOpen || this.viewer.isAlone) return false;
    this.stop();
    this.viewer.choose(by);
    this.follow();
    return true;
  }

  // True when the wheel scrolls here.
  wheel(pixels) {
    if (!this.#isStack) return false;
    const { frames, rest } = wheelFrames(pixels, this.#rest);
    this.#rest = rest;
    if (frames !== 0) this.go(this.viewer.place.frame + frames);
    return true;
  }

  // A finger's way up or down.
  glide(pixels) {
    const { frames, rest } = glideFrames(pixels, this.#rest);
    this.#rest = rest;
    if (frames !== 0) this.go(this.viewer.place.frame + frames);
  }

  // A new case: still, and from its first frame.
  reset() {
    this.stop();
    this.#rest = 0;
  }

  stop() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.onRate();
  }

  toggle() {
    if (!this.#isStack) return false;
    if (this.isPlaying) this.stop();
    else this.#play();
    return true;
  }

  #play() {
    if (!this.#isAsked && matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#isAsked = true;
      this.say(REDUCED);
      return;
    }
    this.isPlaying = true;
    this.#last = performance.now();
    this.onRate();
    requestAnimationFrame((now) => this.#tick(now));
  }

  faster(by) {
    if (!this.#isStack) return false;
    this.rate = otherRate(this.rate, by);
    this.onRate();
    return true;
  }

  // The film waits for a frame that is late, and begins again after the last.
  #tick(now) {
    if (!this.isPlaying) return;
    const { viewer } = this;
    const { due, last } = beat(this.#last, now, this.rate);
    if (due && viewer.shown?.url === viewer.place.url) {
      this.#last = last;
      const { frame } = viewer.place;
      if (!viewer.seek(frame + 1)) viewer.seek(0);
      viewer.direction = 1;
      this.follow();
    }
    requestAnimationFrame((then) => this.#tick(then));
  }
}
