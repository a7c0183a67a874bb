// Wires the reading page: server -> stage and form -> server, case after case.

import { Dialogs } from "./dialogs.js";
import { dropOtherDrafts, loadDraft } from "./draft.js";
import { FrameCache, frameRequest, frameRequests, workerLoader } from "./frames.js";
import { listenToKeys, listenToStage } from "./input.js";
import { Panel } from "./panel.js";
import { Reading } from "./reading.js";
import { createRenderer } from "./renderer.js";
import { sleepOrOnline } from "./retry.js";
import { answerUrl, displayFacts, nextCase } from "./server.js";
import { submit } from "./submit.js";
import { whenPainted } from "./timing.js";
import { Viewer } from "./viewer.js";

const SENTENCES = {
  already: "This case was already kept; the first answer stands.",
  closed: "This page is no longer open. Please use the link of your invitation again.",
  early: "The image is not there yet.",
  lost: "Not yet saved. Trying again …",
  refused: "Please look at the marked question.",
};
const ECHO_MS = 400; // a second press of the Enter that sent the case before

class Page {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector("#stage");
    this.message = root.querySelector("#stage-message");
    this.token = document.querySelector('meta[name="csrf-token"]').content;
    this.panel = new Panel(root.querySelector("#panel"));
    this.renderer = createRenderer(root.querySelector("#canvas"), root.dataset.renderer);
    this.viewer = new Viewer(this.stage, this.renderer, { onChange: (status) => this.#showStatus(status) });
    const worker = new Worker(root.dataset.worker, { type: "module" });
    this.cache = new FrameCache(workerLoader(worker, () => this.viewer.size));
    this.dialogs = new Dialogs({
      help: document.querySelector("#help"),
      skip: document.querySelector("#skip"),
      onSkip: (reason) => this.send(reason),
    });
    this.stage.dataset.renderer = this.renderer.kind;
  }

  #state(name, sentence = "") {
    this.stage.dataset.state = name;
    this.message.querySelector("span").textContent = sentence;
    this.message.querySelector("button").hidden = name !== "failed";
  }

  get state() {
    return this.stage.dataset.state;
  }

  async start() {
    this.#state("loading", "Loading …");
    const onWaiting = () => this.#state("loading", "The server does not answer. Trying again …");
    const fetchNow = fetch.bind(globalThis);
    const page = await nextCase(this.root.dataset.apiNext, { fetch: fetchNow, sleep: sleepOrOnline, onWaiting });
    if (page === null) this.#leave();
    else if (page.closed) this.#close();
    else await this.open(page);
  }

  #leave() {
    this.#state("done");
    location.assign(this.root.dataset.nextUrl);
  }

  #close(sentence = SENTENCES.closed) {
    this.panel.lock(true);
    this.panel.say(sentence, "trouble");
    this.#state("closed", sentence);
  }

  async open(page) {
    dropOtherDrafts(sessionStorage, page.reading);
    this.reading?.end();
    this.reading = new Reading(page, {
      form: this.panel.form,
      draft: loadDraft(sessionStorage, page.reading),
      onMark: (wish) => this.mark(wish),
      onMarks: (marks) => this.viewer.setMarks(marks),
      onTurn: () => this.#showKey(),
    });
    this.stage.dataset.reading = page.reading;
    this.panel.open(page);
    this.panel.say("");
    this.isAwaited = true;
    this.panel.lock(true); // no key may answer a case that is not yet seen
    this.viewer.open(page.images);
    this.viewer.setMarks(this.reading.marks);
    const shown = this.showFrame();
    this.cache.want([...frameRequests(page.images), ...page.ahead.flatMap(({ images }) => frameRequests(images))]);
    this.#showKey();
    if (this.reading.pending) this.send();
    await shown;
  }

  async showFrame() {
    const { url, image } = this.viewer.place;
    const { reading } = this;
    const request = frameRequest(reading.page.images[image], url);
    const isCurrent = () => this.reading === reading && this.viewer.place.url === url;
    let frame = this.cache.peek(url);
    if (!frame && !this.#isSending) this.#state("loading", "Loading the image …");
    try {
      frame ??= await this.cache.get(request);
    } catch {
      if (isCurrent() && !this.#isSending) this.#state("failed", "The image did not arrive.");
      return;
    }
    if (!isCurrent()) return;
    this.viewer.show(frame);
    const painted = await whenPainted(this.renderer, requestAnimationFrame, () => performance.now());
    if (!isCurrent()) return;
    reading.clock.painted(painted);
    this.stage.dataset.paintedReading = reading.page.reading;
    if (this.#isSending) return;
    if (this.isAwaited) this.#hand(painted);
    this.#state("ready");
  }

  // The image is there: the questions are the reader's now.
  #hand(painted) {
    this.isAwaited = false;
    this.paintedAt = painted;
    this.panel.lock(false);
    if (this.panel.status.textContent === SENTENCES.early) this.panel.say("");
    if (!this.dialogs.isOpen) this.reading.form.begin();
  }

  get #isSending() {
    return this.state === "saving" || this.state === "retrying";
  }

  turn(by) {
    const position = this.viewer.position + by;
    if (position < 0 || position >= this.viewer.places.length) return;
    this.viewer.position = position;
    this.viewer.setMarks(this.reading.marks);
    this.showFrame();
  }

  // A pending answer is sent again exactly as it was; a new one is checked first.
  async send(skipReason = "") {
    const { reading } = this;
    if (!reading || this.#isSending || this.state === "closed") return;
    if (!reading.pending) {
      if (!skipReason && this.state !== "ready") return this.panel.say(SENTENCES.early);
      if (!skipReason && reading.form.isUntouched && performance.now() - this.paintedAt < ECHO_MS) return;
      if (!skipReason && !reading.form.check()) return this.panel.say(SENTENCES.refused, "trouble");
      reading.seal(skipReason, displayFacts(this.renderer, window));
    }
    this.panel.lock(true);
    this.panel.say("Saving …");
    this.#state("saving");
    const outcome = await submit(answerUrl(this.root.dataset.apiNext, reading.page.reading), reading.pending, {
      fetch: fetch.bind(globalThis),
      token: this.token,
      sleep: sleepOrOnline,
      onWaiting: () => {
        this.#state("retrying");
        this.panel.say(SENTENCES.lost, "trouble");
      },
    });
    await this.#settle(reading, outcome);
  }

  async #settle(reading, outcome) {
    this.#state("kept");
    if (outcome.state === "kept") {
      if (outcome.next) await this.open(outcome.next);
      else this.#leave();
    } else if (outcome.state === "already") {
      await this.start();
      this.panel.say(SENTENCES.already, "trouble");
    } else if (outcome.state === "not kept") {
      this.#close(`This answer was not kept. ${outcome.error} Load the page again to go on.`);
    } else if (outcome.state === "refused") {
      this.#state("ready");
      this.panel.lock(false);
      reading.unseal();
      if (reading.form.refuse(outcome.fields)) this.panel.say(outcome.error, "trouble");
      else this.panel.say(SENTENCES.refused, "trouble");
    } else {
      this.#close();
    }
  }

  mark(wish, point = null) {
    if (this.state !== "ready") return;
    const at = wish === "add" ? (point ?? this.hover ?? this.viewer.centre()) : null;
    const { image, frame } = this.viewer.place;
    this.reading.changeMarks(wish, at && { ...at, image, frame }, this.viewer.extent);
  }

  enter() {
    const { form } = this.reading;
    if (form.goesOn && form.move(1)) return;
    this.send();
  }

  // The button says which key saves from here.
  #showKey() {
    const { form } = this.reading;
    this.panel.showKey(form.goesOn);
    if (this.panel.status.textContent === SENTENCES.refused && !form.isFaulty) this.panel.say("");
  }

  #showStatus({ zoom, changed, inverted, position, frames }) {
    this.root.querySelector("#zoom").textContent = zoom;
    this.root.querySelector("#windowed").hidden = !changed;
    this.root.querySelector('[data-action="invert"]').setAttribute("aria-pressed", String(inverted));
    const place = this.root.querySelector("#place");
    place.hidden = frames < 2;
    place.textContent = `Image ${position + 1} of ${frames}`;
  }
}

const page = new Page(document.querySelector("#reading"));
listenToKeys(page);
listenToStage(page);
addEventListener("pageshow", (event) => event.persisted && location.reload());
page.start();
