// One reading on the page: its answers, marks, clock, log and the draft that outlives a reload.

import { answerBody } from "./answers.js";
import { saveDraft } from "./draft.js";
import { InteractionLog, seePane } from "./log.js";
import { addMark, growMark, labelMark, noMarks, nudgeMark, removeMark, selectMark, undoMark } from "./marks.js";
import { QuestionForm } from "./questions.js";
import { submissionId } from "./submit.js";
import { BEAT_MS, ReadingClock } from "./timing.js";

const LONGEST_AWAY_MS = 7 * 24 * 3600 * 1000;

const CHANGES = {
  add: addMark,
  nudge: nudgeMark,
  grow: growMark,
  remove: removeMark,
  undo: undoMark,
  select: selectMark,
  label: labelMark,
};
const shapes = {}; // per mark question: the shape last drawn, for the cases to come

export class Reading {
  #marks = {}; // per mark question

  constructor(page, { form, draft, onMark, onMarks, onTurn }) {
    this.page = page;
    this.pending = draft.pending ?? null;
    this.submissionId = draft.submission_id ?? submissionId();
    this.onMarks = onMarks;
    this.log = new InteractionLog(draft.pending?.interactions ?? draft.log);
    this.clock = new ReadingClock(() => performance.now(), {
      seen: isSeen(),
      focused: document.hasFocus(),
      carried: draft.times && { ...draft.times, read_ms: draft.times.read_ms + away(draft.at) },
      onSleep: (span) => this.note("slept", span),
    });
    if (draft.times) this.note("reload");
    this.#noteSize();
    if (document.hidden) this.note("hidden");
    if (isCovered()) this.note("covered");
    if (!document.hasFocus()) this.note("blur");
    this.values = draft.values ?? {};
    for (const { key, kind } of page.questions) if (kind === "mark") this.#marks[key] = noMarks(this.values[key]);
    this.markQuestion = null;
    this.form = new QuestionForm(form, page.questions, this.values, {
      onChange: (key) => this.#answered(key),
      onMark,
      onTurn: () => this.#turned(onTurn),
    });
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("visibilitychange", () => this.attend(document.hidden ? "hidden" : "shown"), { signal });
    for (const kind of ["focus", "blur"]) addEventListener(kind, () => this.attend(kind), { signal });
    document.addEventListener("fullscreenchange", () => this.note("fullscreen", Number(Boolean(document.fullscreenElement))), { signal });
    addEventListener("resize", () => this.#noteSize(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    this.beats = setInterval(() => this.clock.beat(), BEAT_MS);
    this.keep();
  }

  attend(kind) {
    this.clock.attend(isSeen(), document.hasFocus());
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

  // Several questions may ask for marks; keys and pointer change those of the one that was active last.
  #turned(onTurn) {
    const asked = this.form?.activeQuestion;
    if (asked) this.#see("question", "question", asked.key);
    if (asked?.kind === "mark") this.markQuestion = asked;
    if (this.markQuestion) this.#show();
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

  get isMarkActive() {
    return this.form.activeQuestion?.kind === "mark";
  }

  get marking() {
    return this.isMarkActive && this.marks.selected >= 0;
  }

  get marks() {
    return this.markQuestion && this.#marks[this.markQuestion.key];
  }

  get shape() {
    const { key, shapes: allowed } = this.markQuestion;
    return allowed?.includes(shapes[key]) ? shapes[key] : (allowed?.[0] ?? "point");
  }

  set shape(shape) {
    shapes[this.markQuestion.key] = shape;
    this.#show();
  }

  // Where there is but one label, it is taken.
  marked(mark) {
    const { labels } = this.markQuestion;
    return labels?.length === 1 ? { ...mark, label: labels[0] } : mark;
  }

  addMark(mark, extent) {
    this.changeMarks("add", this.marked(mark), extent);
  }

  changeMarks(wish, ...how) {
    if (!this.markQuestion) return;
    this.preview(CHANGES[wish](this.marks, ...how));
    this.keepMarks(wish);
    if (wish === "add" || wish === "select") this.form.focus(this.page.questions.indexOf(this.markQuestion));
  }

  // While a drag goes on: seen, but not yet an answer.
  preview(marks) {
    this.#marks[this.markQuestion.key] = marks;
    this.#show();
  }

  keepMarks(wish) {
    this.note("mark", wish);
    this.form.set(this.markQuestion.key, this.marks.points);
  }

  // All marks of the case; the selected one is of the active question.
  #show() {
    const { marks, shape, isMarkActive } = this;
    this.form.showMarks(this.markQuestion, { ...marks, shape });
    const isChosen = (one, i) => isMarkActive && one === marks && i === marks.selected;
    this.onMarks(
      Object.values(this.#marks).flatMap((one) => one.points.map((mark, i) => ({ ...mark, selected: isChosen(one, i) }))),
    );
  }

  // Marks of a draft, once the stage is there.
  showMarks() {
    for (const question of this.page.questions.filter(({ kind }) => kind === "mark").reverse()) {
      this.markQuestion = question;
      this.#show();
    }
  }
}

const isCovered = () => Boolean(document.querySelector("#cover[open]"));
const isSeen = () => !document.hidden && !isCovered();

// Between the draft and this page the clock did not run: the wall's says how long.
function away(since) {
  return Math.min(Math.max(Date.now() - since, 0) || 0, LONGEST_AWAY_MS);
}
