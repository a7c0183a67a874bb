// Decoded frames at hand: the current case's and those ahead, loaded in that order, within a bound of memory.

export const MEMORY_BYTES = 384 * 1024 * 1024;
const AT_ONCE = 2;

function weight(frame) {
  return frame.values.byteLength + frame.level.bits.byteLength;
}

export class FrameCache {
  #load;
  #limit;
  #entries = new Map(); // url -> {promise, frame, bytes}; the order is that of use, oldest first
  #waiting = [];
  #wanted = new Set();
  #loading = 0;

  constructor(load, limitBytes = MEMORY_BYTES) {
    this.#load = load;
    this.#limit = limitBytes;
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

  // Requests in order of urgency; whatever else is held goes first when memory is short.
  want(requests) {
    const urls = new Set(requests.map((request) => request.url));
    this.#waiting = requests.filter((request) => !this.#entries.has(request.url));
    for (const url of [...this.#entries.keys()]) {
      if (this.bytes <= this.#limit) break;
      if (!urls.has(url)) this.#drop(url);
    }
    this.#wanted = urls;
    this.#fill();
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
    this.#load(entry.request).then(
      (frame) => this.#arrived(entry, frame),
      (error) => this.#failed(entry, error),
    );
  }

  #arrived(entry, frame) {
    this.#loading--;
    entry.frame = frame;
    entry.bytes = weight(frame);
    this.#trim(entry.request.url);
    entry.resolve(frame);
    this.#fill();
  }

  // A failure is forgotten, so that asking again tries again.
  #failed(entry, error) {
    this.#loading--;
    if (this.#entries.get(entry.request.url) === entry) this.#drop(entry.request.url);
    entry.reject(error);
    this.#fill();
  }

  #trim(newest) {
    for (const url of [...this.#entries.keys()]) {
      if (this.bytes <= this.#limit) return;
      const entry = this.#entries.get(url);
      if (url !== newest && entry.frame && !this.#wanted.has(url)) this.#drop(url);
    }
  }

  #drop(url) {
    this.#entries.delete(url);
  }

  #fill() {
    while (this.#loading < AT_ONCE && this.#waiting.length > 0 && this.bytes < this.#limit) {
      const request = this.#waiting.shift();
      if (!this.#entries.has(request.url)) this.get(request);
    }
  }
}

// A loader which asks the worker and pairs its answers with the questions.
export function workerLoader(worker, stageSize) {
  const open = new Map();
  let last = 0;
  worker.addEventListener("message", ({ data }) => {
    const { resolve, reject } = open.get(data.id);
    open.delete(data.id);
    if (data.error) reject(new Error(data.error));
    else resolve(data.frame);
  });
  return ({ url, padding }) =>
    new Promise((resolve, reject) => {
      last++;
      open.set(last, { resolve, reject });
      worker.postMessage({ id: last, url, padding, stage: stageSize() });
    });
}

export function frameRequests(images) {
  return images.flatMap((image) => image.frames.map((url) => frameRequest(image, url)));
}

export function frameRequest({ rows, columns, display }, url) {
  return { url, padding: display.padding, bytes: 2 * rows * columns };
}
