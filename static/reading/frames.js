// Decoded frames at hand: the current case's and those ahead, loaded in that order, within the ledger's limit.

import { Ledger } from "./ledger.js";
import { soonestFirst } from "./stack.js";

const AT_ONCE = 2; // of any size
const SMALL_AT_ONCE = 6; // while together they are small: many short waits instead of one long
const SMALL_BYTES = 8 * 1024 * 1024;

function weight(frame) {
  return frame.values.byteLength + (frame.level?.bits.byteLength ?? 0) + (frame.overlay?.byteLength ?? 0);
}

export class FrameCache {
  #load;
  #ledger;
  #entries = new Map(); // url -> {request, promise, frame}; the order is that of use, oldest first
  #requests = [];
  #waiting = [];
  #wanted = new Set();
  #loading = 0;
  #loadingBytes = 0;
  #onSettled;

  // onSettled: told every url that arrived, or that failed for now
  constructor(load, ledger = new Ledger(), onSettled = () => {}) {
    this.#load = load;
    this.#ledger = ledger;
    ledger.onFull = () => this.want(this.#requests);
    this.#onSettled = onSettled;
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
    this.#requests = requests;
    const held = this.#affordable(requests);
    this.#wanted = new Set(held.map((request) => request.url));
    this.#waiting = held.filter((request) => !this.#entries.has(request.url));
    this.#trim(null);
    this.#fill();
  }

  // Beside what is under way and what the panes hold. The soonest is always asked for.
  #affordable(requests) {
    let sum = this.#ledger.bytes;
    for (const [url, { frame }] of this.#entries) if (frame) sum -= this.#ledger.of(url);
    const end = requests.findIndex(({ url, bytes }, i) => {
      const entry = this.#entries.get(url);
      if (!entry) sum += bytes;
      else if (entry.frame) sum += this.#ledger.of(url);
      return i > 0 && sum > this.#ledger.limit;
    });
    return end < 0 ? requests : requests.slice(0, end);
  }

  // What is under way counts as much as it may weigh.
  #enter(request) {
    this.#trim(null, request.bytes);
    this.#ledger.note(request.url, request.bytes);
    const entry = { request, frame: undefined, started: false };
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
    this.#ledger.note(entry.request.url, weight(frame));
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
    for (const [url, entry] of this.#entries) {
      if (this.#fits(room)) return;
      if (url !== newest && entry.frame && !this.#wanted.has(url)) this.#drop(url);
    }
  }

  #fits(bytes) {
    return this.#ledger.bytes + bytes <= this.#ledger.limit;
  }

  #drop(url) {
    this.#entries.delete(url);
    this.#ledger.note(url, 0);
  }

  #hasTurn({ bytes }) {
    if (this.#loading < AT_ONCE) return true;
    return this.#loading < SMALL_AT_ONCE && this.#loadingBytes + bytes <= SMALL_BYTES;
  }

  #fill() {
    while (this.#waiting.length > 0 && this.#hasTurn(this.#waiting[0])) {
      this.#trim(null, this.#waiting[0].bytes);
      if (!this.#fits(this.#waiting[0].bytes)) return;
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
  const isAlone = frames.length === 1;
  const overlay = overlays[overlays.length && frames.indexOf(url)] ?? null;
  const bytes = 2 * rows * columns + (isAlone && stage ? 4 * stage.width * stage.height : 0);
  return { url, overlay, padding: display.padding, aspect, bytes, stage: isAlone ? stage : null };
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
