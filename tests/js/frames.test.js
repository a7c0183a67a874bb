import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameCache, frameRequests } from "../../static/reading/frames.js";
import { Ledger } from "../../static/reading/ledger.js";

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
  const ledger = new Ledger(limit / 2 ** 20);
  return { asked, ledger, cache: new FrameCache(load, ledger) };
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
  assert.deepEqual(asked, ["now"]);
});

test("a failure is told, and asking again tries again", async () => {
  const { cache } = cacheOf({ failing: new Set(["a"]) });
  await assert.rejects(cache.get(request("a")), /lost/);
  assert.equal((await cache.get(request("a"))).url, "a");
});

test("no more is asked for than memory holds, soonest first, however often", async () => {
  const { cache, ledger } = cacheOf({ limit: 450 });
  const urls = Array.from({ length: 40 }, (_, i) => `f${i}`);
  for (let at = 0; at < 36; at++) {
    cache.want(requests(...urls.slice(at)));
    for (let i = 0; i < 12; i++) await settle();
    assert.ok(cache.has(urls[at]) && ledger.most <= 450);
  }
});

test("what the panes take is no longer there for frames ahead", async () => {
  const { cache, ledger } = cacheOf({ limit: 450 });
  cache.want(requests("now", "next", "after", "last"));
  for (let i = 0; i < 12; i++) await settle();
  ledger.note("pane", 200);
  assert.deepEqual(["now", "next", "after"].map((url) => cache.has(url)), [true, true, false]);
  assert.ok(ledger.most <= 450);
});

test("many small frames travel together, large ones two by two", async () => {
  const under = async (bytes) => {
    const cache = new FrameCache(() => new Promise(() => (count += 1)));
    let count = 0;
    cache.want(Array.from({ length: 20 }, (_, i) => ({ ...request(`f${i}`), bytes })));
    await settle();
    return count;
  };
  assert.deepEqual([await under(500_000), await under(3_000_000), await under(20_000_000)], [6, 2, 2]);
});

test("it is told when a frame has arrived or failed", async () => {
  const told = [];
  const load = async ({ url }) => {
    if (url === "bad") throw new Error("lost");
    return { values: { byteLength: 100 }, level: null };
  };
  new FrameCache(load, undefined, (url) => told.push(url)).want(requests("good", "bad"));
  await settle();
  assert.deepEqual(told.sort(), ["bad", "good"]);
});

const stackOf = (name, count) => ({
  rows: 3,
  columns: 5,
  frames: Array.from({ length: count }, (_, i) => `/${name}${i}`),
  aspect: 2,
  display: { padding: [0, 3] },
});
const size = { width: 20, height: 10 };
const wanted = (images, place, ahead = []) => frameRequests(images, { place, direction: 1 }, ahead, () => size);

test("requests carry the padding and the weight of their image, and a size where the level is made ahead", () => {
  const [one] = wanted([stackOf("a", 1)], { image: 0, frame: 0 });
  const bytes = 2 * 3 * 5 + 4 * 20 * 10;
  assert.deepEqual(one, { url: "/a0", overlay: null, padding: [0, 3], aspect: 2, bytes, stage: size });
  const [ofStack] = wanted([stackOf("a", 2)], { image: 0, frame: 0 });
  assert.deepEqual([ofStack.bytes, ofStack.stage], [30, null]);
});

test("frames around the one on show come first, then the next cases' beginnings, then all the rest", () => {
  const urls = wanted([stackOf("a", 100)], { image: 0, frame: 60 }, [[stackOf("b", 2)]]).map(({ url }) => url);
  assert.deepEqual(urls.slice(0, 4), ["/a60", "/a61", "/a62", "/a59"]);
  assert.equal(urls.indexOf("/b0"), 48);
  assert.deepEqual([urls.length, new Set(urls).size, urls.at(-1)], [102, 102, "/b1"]);
});
