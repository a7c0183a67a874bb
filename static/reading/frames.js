// Decoded frames at hand: the current case's and those ahead, loaded in that order, within a bound of memory.

import { soonestFirst } from "./stack.js";

export const MEMORY_BYTES = 384 * 1024 * 1024;
const AT_ONCE = 2; // of any size
const SMALL_AT_ONCE = 6; // while together they are small: many short waits instead of one long
const SMALL_BYTES = 8 * 1024 * 1024;

function weight(frame) {
  return frame.values.byteLength + (frame.level?.bits.byteLength ?? 0) + (frame.overlay?.byteLength ?? 0);
}

export class FrameCache {
  #load;
  #limit;
  #entries = new Map(); // url -> {promise, frame, bytes}; the order is that of use, oldest first
  #waiting = [];
  #wanted = new Set();
  #loading = 0;
  #loadingBytes = 0;
  #onSettled;

  // onSettled: told every url that arrived, or that failed for now
  constructor(load, limitBytes = MEMORY_BYTES, onSettled = () => {}) {
    this.#load = load;
    this.#limit = limitBytes;
    this.#onSettled = onSettled;
  }

  get bytes() {
    let sum = 0;
    for (const entry of this.#entries.values()) sum += entry.bytes;
    return sum;
  }

  has(url) {
    return this.#entries.get(url)?.frame !== undefined;
  }

  // Now: the frame itself, or undefined while it is on its way.
  peek(url) {
    return this.#entries.get(url)?.frame;
  }

  get(request) {
    const known = this.#entries.get(request.url);
    const entry = known ?? this.#enter(request);
    this.#entries.delete(request.url);
    this.#entries.set(request.url, entry);
    if (!known || !entry.started) this.#start(entry);
    return entry.promise;
  }

  // Requests in order of urgency, as many as memory holds; whatever else is held goes when it is short.
  want(requests) {
    const held = this.#affordable(requests);
    this.#wanted = new Set(held.map((request) => request.url));
    this.#waiting = held.filter((request) => !this.#entries.has(request.url));
    this.#trim(null);
    this.#fill();
  }

  #affordable(requests) {
    let sum = 0;
    const end = requests.findIndex(({ url, bytes }) => {
      if (sum >= this.#limit) return true;
      sum += this.#entries.get(url)?.bytes ?? bytes;
      return false;
    });
    return end < 0 ? requests : requests.slice(0, end);
  }

  // What is under way counts as much as it will weigh.
  #enter(request) {
    const entry = { request, bytes: request.bytes, frame: undefined, started: false };
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    entry.promise.catch(() => {});
    return entry;
  }

  #start(entry) {
    entry.started = true;
    this.#loading++;
    this.#loadingBytes += entry.request.bytes;
    this.#load(entry.request).then(
      (frame) => this.#arrived(entry, frame),
      (error) => this.#failed(entry, error),
    );
  }

  #arrived(entry, frame) {
    this.#ended(entry);
    entry.frame = frame;
    entry.bytes = weight(frame);
    this.#trim(entry.request.url);
    entry.resolve(frame);
    this.#fill();
    this.#onSettled(entry.request.url);
  }

  // A failure is forgotten, so that asking again tries again.
  #failed(entry, error) {
    this.#ended(entry);
    if (this.#entries.get(entry.request.url) === entry) this.#drop(entry.request.url);
    entry.reject(error);
    this.#fill();
    this.#onSettled(entry.request.url);
  }

  #ended({ request }) {
    this.#loading--;
    this.#loadingBytes -= request.bytes;
  }

  // Drops what nobody wants, oldest first, until `room` more bytes would fit.
  #trim(newest, room = 0) {
    let excess = this.bytes + room - this.#limit;
    for (const [url, entry] of this.#entries) {
      if (excess <= 0) return;
      if (url === newest || !entry.frame || this.#wanted.has(url)) continue;
      this.#drop(url);
      excess -= entry.bytes;
    }
  }

  #drop(url) {
    this.#entries.delete(url);
  }

  #hasTurn({ bytes }) {
    if (this.#loading < AT_ONCE) return true;
    return this.#loading < SMALL_AT_ONCE && this.#loadingBytes + bytes <= SMALL_BYTES;
  }

  #fill() {
    while (this.#waiting.length > 0 && this.#hasTurn(this.#waiting[0])) {
      this.#trim(null, this.#waiting[0].bytes);
      if (this.bytes >= this.#limit) return;
      const request = this.#waiting.shift();
      if (!this.#entries.has(request.url)) this.get(request);
    }
  }
}

// A loader which asks the worker and pairs its answers with the questions.
export function workerLoader(worker) {
  const open = new Map();
  let last = 0;
  worker.addEventListener("message", ({ data }) => {
    const { resolve, reject } = open.get(data.id);
    open.delete(data.id);
    if (data.error) reject(new Error(data.error));
    else resolve(data.frame);
  });
  return (request) =>
    new Promise((resolve, reject) => {
      last++;
      open.set(last, { resolve, reject });
      worker.postMessage({ ...request, id: last });
    });
}

// A single frame comes with its fitted level ready; the frames of a stack are small and many, and come without.
export function frameRequest({ rows, columns, aspect, display, frames, overlays = [] }, url, stage) {
  const overlay = overlays[overlays.length && frames.indexOf(url)] ?? null;
  const bytes = 2 * rows * columns;
  return { url, overlay, padding: display.padding, aspect, bytes, stage: frames.length === 1 ? stage : null };
}

const NEAR = 48; // frames around the one on show that come before anything of the next cases

// Everything worth having, soonest needed first. sizeFor(images): how large one of these is fitted.
export function frameRequests(images, { place, direction }, ahead, sizeFor) {
  const some = (list, pick) => {
    const stage = sizeFor(list);
    return list.flatMap((image) => pick(image).map((url) => frameRequest(image, url, stage)));
  };
  const own = images[place.image];
  const near = soonestFirst(own.frames.length, place.frame, direction).map((at) => own.frames[at]);
  const ofOwn = (urls) => some(images, (image) => (image === own ? urls : []));
  const begins = (list) => some(list, ({ frames }) => [frames[0]]);
  const order = [
    ...ofOwn(near.slice(0, NEAR)),
    ...some(images, (image) => (image === own ? [] : [image.frames[0]])),
    ...ahead.flatMap(begins),
    ...ofOwn(near.slice(NEAR)),
    ...[images, ...ahead].flatMap((list) => some(list, ({ frames }) => frames)),
  ];
  return [...new Map(order.map((request) => [request.url, request])).values()];
}
