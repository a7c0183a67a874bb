// Wires the reading page: server -> stage and form -> server, case after case.

import { Cover } from "./cover.js";
import { Dialogs } from "./dialogs.js";
import { dropOtherDrafts, loadDraft } from "./draft.js";
import { FrameCache, frameRequest, frameRequests, workerLoader } from "./frames.js";
import { listenToKeys, listenToStage } from "./input.js";
import { Ledger } from "./ledger.js";
import { Lens } from "./lens.js";
import { boxAbout } from "./marks.js";
import { Length } from "./length.js";
import { Panel } from "./panel.js";
import { Reading } from "./reading.js";
import { createRenderer } from "./renderer.js";
import { sleepOrOnline } from "./retry.js";
import { Scrolling } from "./scrolling.js";
import { StackBar } from "./stack-bar.js";
import { answerUrl, displayFacts, nextCase } from "./server.js";
import { submit } from "./submit.js";
import { EventTimes, refreshInterval, whenPainted } from "./timing.js";
import { Viewer } from "./viewer.js";
import { WindowMenu } from "./window-menu.js";

const SENTENCES = {
  already: "This case was already kept; the first answer stands.",
  closed: "This page is no longer open. Please use the link of your invitation again.",
  early: "The image is not there yet.",
  lost: "Not yet saved. Trying again …",
  refused: "Please look at the marked question.",
};
const LIFT = 100; // CSS pixels
const NEW_BOX = 0.2; // of the shorter side of what is seen
const ECHO_MS = 400; // a second press of the Enter that sent the case before

class Page {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector("#stage");
    this.message = root.querySelector("#stage-message");
    this.token = document.querySelector('meta[name="csrf-token"]').content;
    this.panel = new Panel(root.querySelector("#panel"));
    const ledger = new Ledger(Number(root.dataset.megabytes), (most) => (this.stage.dataset.mostBytes = most));
    const rendererOn = (canvas) => createRenderer(canvas, root.dataset.renderer, ledger);
    this.viewer = new Viewer(this.stage, rendererOn, {
      onChange: (status) => this.#showStatus(status),
      onDraw: (pane) => this.reading?.drawn(pane),
    });
    this.events = new EventTimes();
    this.inputAt = null; // stamp of the last key or click
    this.sentAt = null; // of the one that led to this case
    this.windows = new WindowMenu(root, this.viewer);
    this.lens = new Lens(root.querySelector("#lens"), this.viewer);
    this.length = new Length({ onChange: () => this.#showMarks(), say: (sentence) => this.panel.say(sentence) });
    this.scrolling = new Scrolling(this.viewer, {
      follow: () => this.#follow(),
      say: (sentence) => this.panel.say(sentence),
      onRate: () => this.bar.showFilm(this.scrolling),
    });
    this.bar = new StackBar(root, (frame) => this.scrolling.go(frame));
    const worker = new Worker(root.dataset.worker, { type: "module" });
    this.cache = new FrameCache(workerLoader(worker), ledger, (url) => this.#settled(url));
    this.dialogs = new Dialogs({
      help: document.querySelector("#help"),
      skip: document.querySelector("#skip"),
      onSkip: (reason) => this.send(reason),
    });
    this.stage.dataset.renderer = this.viewer.renderer.kind;
    this.cover = new Cover(document.querySelector("#cover"), (turn) => this.#turned(turn));
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
      onMark: (wish, how) => this.mark(wish, how),
      onMarks: (marks) => this.#showMarks(marks),
      onTurn: () => this.#showKey(),
    });
    this.cause = this.sentAt;
    this.sentAt = null;
    this.stage.dataset.reading = page.reading;
    this.panel.open(page);
    this.panel.say("");
    this.isAwaited = true;
    this.panel.lock(true); // no key may answer a case that is not yet seen
    this.scrolling.reset();
    this.windows.close();
    this.viewer.open(page.images);
    this.#showMarks([]);
    this.length.open(page);
    this.reading.showMarks();
    this.bar.open(page.images);
    this.lens.update();
    this.#wantFrames();
    const shown = this.showFrame();
    this.#showKey();
    if (this.reading.pending) this.send();
    await shown;
  }

  #wantFrames() {
    const { images, ahead } = this.reading.page;
    const lists = ahead.map((next) => next.images);
    this.cache.want(frameRequests(images, this.viewer, lists, (list) => this.viewer.sizeFor(list)));
  }

  // The frames that the case begins with, or the one whose loading failed.
  async showFrame() {
    const { reading, viewer } = this;
    const places = viewer.asked();
    const { images } = reading.page;
    const isCurrent = () => this.reading === reading && places.every((place) => viewer.isAsked(place));
    if (!places.every(({ url }) => this.cache.has(url)) && !this.#isSending) this.#state("loading", "Loading the image …");
    const load = ({ image, url }) => this.cache.get(frameRequest(images[image], url, viewer.sizeFor(images)));
    let frames;
    try {
      frames = await Promise.all(places.map(load));
    } catch {
      if (isCurrent() && !this.#isSending) this.#state("failed", "The image did not arrive.");
      return;
    }
    if (!isCurrent()) return;
    places.forEach((place, i) => viewer.show(place, frames[i]));
    viewer.draw();
    const painted = await whenPainted(viewer, requestAnimationFrame, () => performance.now());
    if (this.reading !== reading) return; // a reader who scrolls on at once has seen it all the same
    reading.clock.painted(painted);
    this.stage.dataset.paintedReading = reading.page.reading;
    if (this.#isSending) return;
    if (this.isAwaited) this.#hand(painted);
    this.#state("ready");
  }

  // Later frames: at once where decoded, else as soon as they arrive; the one before stays on the stage.
  #follow() {
    this.#wantFrames();
    const { place } = this.viewer;
    const frame = this.cache.peek(place.url);
    if (!frame) return this.#showStatus(this.viewer.status());
    this.viewer.show(place, frame).later();
    if (this.state === "failed") this.#state("ready");
  }

  #settled(url) {
    const { place, shown } = this.viewer;
    if (!shown || place.url !== url || shown.url === url) return;
    if (this.cache.has(url)) this.#follow();
    else if (!this.#isSending) this.#state("failed", "The image did not arrive.");
  }

  // The image is there: the questions are the reader's now.
  #hand(painted) {
    this.isAwaited = false;
    this.paintedAt = painted;
    this.refreshing ??= refreshInterval(requestAnimationFrame).then((span) => (this.refresh = span));
    this.panel.lock(false);
    if (this.panel.status.textContent === SENTENCES.early) this.panel.say("");
    if (!this.dialogs.isOpen) this.reading.form.begin();
  }

  // The keyboard goes back to where it was; where that is gone, to the questions.
  #turned(turn) {
    this.reading?.attend(turn);
    const isLost = !this.dialogs.isOpen && !this.root.contains(document.activeElement);
    if (isLost && !this.isAwaited) this.reading?.form.begin();
  }

  get #isSending() {
    return this.state === "saving" || this.state === "retrying";
  }

  // A pending answer is sent again exactly as it was; a new one is checked first.
  async send(skipReason = "") {
    const { reading } = this;
    if (!reading || this.#isSending || this.state === "closed") return;
    if (!reading.pending) {
      if (!this.cover.check()) return;
      if (!skipReason && this.state !== "ready") return this.panel.say(SENTENCES.early);
      if (!skipReason && reading.form.isUntouched && performance.now() - this.paintedAt < ECHO_MS) return;
      if (!skipReason && !reading.form.check()) return this.panel.say(SENTENCES.refused, "trouble");
      const display = displayFacts(this.viewer.renderer, window, this.refresh);
      reading.seal(skipReason, display, this.events.of(this.cause));
      this.sentAt = this.inputAt;
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

  // What the reader does, by name; the tools' effects on the picture are noted as they are drawn.
  note(kind, ...values) {
    this.reading?.note(kind, ...values);
  }

  #showMarks(marks = this.marks) {
    this.marks = marks;
    this.viewer.setMarks([...marks, ...this.length.marks]);
    const button = this.root.querySelector('[data-action="length"]');
    button.hidden = !this.length.isOffered;
    button.setAttribute("aria-pressed", String(this.length.isOn));
  }

  // `how`: of a new mark its place, of a selection its index, of a label or a shape its name.
  mark(wish, how) {
    const { reading } = this;
    if (this.state !== "ready" || !reading.markQuestion) return false;
    if (wish === "add") this.#addMark(how || this.#hovered || this.viewer.centre());
    else if (wish === "shape") reading.shape = how;
    else if (wish === "select") this.#pick(how);
    else if (wish !== "label" || (how && reading.marks.selected >= 0)) reading.changeMarks(wish, how);
  }

  #addMark({ image, frame, x, y }) {
    const { reading, viewer } = this;
    const { shape: kind } = reading;
    const extent = viewer.extentOf(image);
    const place = kind === "point" ? { x, y } : boxAbout({ x, y }, viewer.partOf(image, NEW_BOX), extent);
    reading.addMark({ image, frame, kind, ...place }, extent);
  }

  // A mark that is elsewhere is gone to.
  #pick(index) {
    const { image, frame } = this.reading.marks.points[index] ?? {};
    if (image === undefined) return;
    this.reading.changeMarks("select", index);
    const { place } = this.viewer;
    if (image !== place.image) this.scrolling.choose(image - place.image);
    if (frame !== this.viewer.place.frame) this.scrolling.go(frame);
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

  get #hovered() {
    return this.pointer ? this.viewer.hit(this.pointer) : null;
  }

  point(at) {
    this.pointer = at;
    this.lens.moveTo(at);
  }

  // Above the finger, which would cover it; null when it is lifted.
  touchLens(at) {
    if (this.lens.isOn !== Boolean(at)) this.note("do", at ? "lens" : "lens-off");
    this.lens.lift = at ? LIFT : 0;
    this.lens.hold(Boolean(at));
    this.lens.moveTo(at);
  }

  #showStatus(status) {
    this.root.querySelector("#zoom").textContent = status.zoom;
    this.root.querySelector("#windowed").textContent = status.window;
    this.windows.show(status);
    const overlay = this.root.querySelector('[data-action="overlay"]');
    overlay.hidden = !status.drawn;
    overlay.setAttribute("aria-pressed", String(status.layered));
    this.root.querySelector('[data-action="invert"]').setAttribute("aria-pressed", String(status.inverted));
    this.bar.show(status);
    this.lens.update();
  }
}

const page = new Page(document.querySelector("#reading"));
listenToKeys(page);
listenToStage(page);
addEventListener("pageshow", (event) => event.persisted && location.reload());
page.start();
