// One reading on the page: its answers, marks, clock, log and the draft that outlives a reload.

import { answerBody } from "./answers.js";
import { saveDraft } from "./draft.js";
import { InteractionLog, seePane } from "./log.js";
import { addMark, nudgeMark, noMarks, removeMark, selectMark, undoMark } from "./marks.js";
import { QuestionForm } from "./questions.js";
import { submissionId } from "./submit.js";
import { BEAT_MS, ReadingClock } from "./timing.js";

const LONGEST_AWAY_MS = 7 * 24 * 3600 * 1000;

export class Reading {
  constructor(page, { form, draft, onMark, onMarks, onTurn }) {
    this.page = page;
    this.pending = draft.pending ?? null;
    this.submissionId = draft.submission_id ?? submissionId();
    this.onMarks = onMarks;
    this.log = new InteractionLog(draft.pending?.interactions ?? draft.log);
    this.clock = new ReadingClock(() => performance.now(), {
      seen: !document.hidden,
      focused: document.hasFocus(),
      carried: draft.times && { ...draft.times, read_ms: draft.times.read_ms + away(draft.at) },
      onSleep: (span) => this.note("slept", span),
    });
    if (draft.times) this.note("reload");
    this.#noteSize();
    if (document.hidden) this.note("hidden");
    if (!document.hasFocus()) this.note("blur");
    this.values = draft.values ?? {};
    this.markKey = page.questions.find((question) => question.kind === "mark")?.key ?? null;
    this.marks = noMarks(this.values[this.markKey] ?? []);
    this.form = new QuestionForm(form, page.questions, this.values, {
      onChange: (key) => this.#answered(key),
      onMark,
      onTurn: () => this.#turned(onTurn),
    });
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("visibilitychange", () => this.#attend(document.hidden ? "hidden" : "shown"), { signal });
    for (const kind of ["focus", "blur"]) addEventListener(kind, () => this.#attend(kind), { signal });
    document.addEventListener("fullscreenchange", () => this.note("fullscreen", Number(Boolean(document.fullscreenElement))), { signal });
    addEventListener("resize", () => this.#noteSize(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    this.beats = setInterval(() => this.clock.beat(), BEAT_MS);
    this.keep();
  }

  #attend(kind) {
    this.clock.attend(!document.hidden, document.hasFocus());
    this.note(kind);
    this.keep();
  }

  #noteSize() {
    this.note("size", innerWidth, innerHeight);
  }

  #answered(key) {
    this.note("answer", key);
    this.keep();
  }

  #turned(onTurn) {
    if (this.form?.activeQuestion) this.#see("question", "question", this.form.activeQuestion.key);
    onTurn();
  }

  note(kind, ...values) {
    this.log.note(this.clock.elapsed, kind, ...values);
  }

  #see(key, ...row) {
    this.log.see(this.clock.elapsed, key, ...row);
  }

  drawn(pane) {
    seePane((...row) => this.#see(...row), pane);
  }

  end() {
    clearInterval(this.beats);
    this.listening.abort();
  }

  keep() {
    saveDraft(sessionStorage, this.page.reading, {
      submission_id: this.submissionId,
      values: this.values,
      times: this.clock.times(),
      at: Date.now(),
      log: this.pending ? null : this.log.rows(),
      pending: this.pending,
    });
  }

  seal(skipReason, display, eventTiming) {
    this.pending = {
      submission_id: this.submissionId,
      answers: skipReason ? {} : answerBody(this.page.questions, this.values),
      skip_reason: skipReason,
      times: { ...this.clock.times(), event_timing_ms: eventTiming },
      display,
      interactions: this.log.rows(),
    };
    this.keep();
  }

  unseal() {
    this.pending = null;
    this.keep();
  }

  get marking() {
    return this.form.activeQuestion?.kind === "mark" && this.marks.selected >= 0;
  }

  changeMarks(wish, point, extent) {
    if (this.markKey === null) return;
    this.note("mark", wish);
    const change = {
      add: () => addMark(this.marks, point, extent),
      nudge: () => nudgeMark(this.marks, point.x, point.y, extent),
      remove: () => removeMark(this.marks),
      undo: () => undoMark(this.marks),
      select: () => selectMark(this.marks, point.index),
    };
    this.marks = change[wish]();
    this.form.set(this.markKey, this.marks.points);
    if (wish === "add" || wish === "select") this.form.focus(this.#markIndex);
    this.onMarks(this.marks);
  }

  get #markIndex() {
    return this.page.questions.findIndex((question) => question.key === this.markKey);
  }
}

// Between the draft and this page the clock did not run: the wall's says how long.
function away(since) {
  return Math.min(Math.max(Date.now() - since, 0) || 0, LONGEST_AWAY_MS);
}
