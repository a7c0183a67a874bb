import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameCache, frameRequests } from "../../static/reading/frames.js";

const request = (url) => ({ url, padding: null, bytes: 100 });
const requests = (...urls) => urls.map(request);
const settle = () => new Promise((resolve) => setImmediate(resolve));

function cacheOf({ bytes = 100, limit = 1000, failing = new Set() } = {}) {
  const asked = [];
  const load = async ({ url }) => {
    asked.push(url);
    if (failing.delete(url)) throw new Error("lost");
    return { url, values: { byteLength: bytes }, level: { bits: { byteLength: 0 } } };
  };
  return { asked, cache: new FrameCache(load, limit) };
}

test("frames are loaded in the order of urgency", async () => {
  const { asked, cache } = cacheOf();
  cache.want(requests("now", "next", "after"));
  await settle();
  assert.deepEqual(asked, ["now", "next", "after"]);
});

test("a frame is asked for once", async () => {
  const { asked, cache } = cacheOf();
  const first = cache.get(request("a"));
  cache.want(requests("a"));
  assert.equal(await first, await cache.get(request("a")));
  assert.deepEqual(asked, ["a"]);
});

test("a decoded frame is there at once", async () => {
  const { cache } = cacheOf();
  assert.equal(cache.peek("a"), undefined);
  await cache.get(request("a"));
  assert.equal(cache.peek("a").url, "a");
});

test("what is wanted stays, the oldest other goes when memory is short", async () => {
  const { cache } = cacheOf({ limit: 250 });
  for (const url of ["old", "older", "now"]) await cache.get(request(url));
  cache.want(requests("now"));
  assert.deepEqual(["old", "older", "now"].map((url) => cache.has(url)), [false, true, true]);
});

test("frames ahead wait when memory is full", async () => {
  const { asked, cache } = cacheOf({ limit: 150 });
  cache.want(requests("now", "next", "after", "last"));
  await settle();
  assert.deepEqual(asked, ["now", "next"]);
});

test("a failure is told, and asking again tries again", async () => {
  const { cache } = cacheOf({ failing: new Set(["a"]) });
  await assert.rejects(cache.get(request("a")), /lost/);
  assert.equal((await cache.get(request("a"))).url, "a");
});

test("requests carry the padding and the weight of their image", () => {
  const images = [{ rows: 3, columns: 5, frames: ["/a", "/b"], display: { padding: [0, 3] } }];
  const [a, b] = frameRequests(images);
  assert.deepEqual(a, { url: "/a", padding: [0, 3], bytes: 30 });
  assert.deepEqual(b, { url: "/b", padding: [0, 3], bytes: 30 });
});
