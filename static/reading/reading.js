// One reading on the page: its answers, marks, clock and the draft that outlives a reload.

import { answerBody } from "./answers.js";
import { saveDraft } from "./draft.js";
import { addMark, growMark, labelMark, noMarks, nudgeMark, removeMark, selectMark, undoMark } from "./marks.js";
import { QuestionForm } from "./questions.js";
import { submissionId } from "./submit.js";
import { ReadingClock } from "./timing.js";

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
    this.clock = new ReadingClock(() => performance.now(), { hidden: document.hidden, carried: draft.times });
    this.values = draft.values ?? {};
    for (const { key, kind } of page.questions) if (kind === "mark") this.#marks[key] = noMarks(this.values[key]);
    this.markQuestion = null;
    this.form = new QuestionForm(form, page.questions, this.values, { onChange: () => this.keep(), onMark, onTurn: () => this.#turn(onTurn) });
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    this.keep();
  }

  #visibility() {
    if (document.hidden) this.clock.hide();
    else this.clock.show();
    this.keep();
  }

  end() {
    this.listening.abort();
  }

  keep() {
    saveDraft(sessionStorage, this.page.reading, {
      submission_id: this.submissionId,
      values: this.values,
      times: this.clock.times(),
      pending: this.pending,
    });
  }

  seal(skipReason, display) {
    this.pending = {
      submission_id: this.submissionId,
      answers: skipReason ? {} : answerBody(this.page.questions, this.values),
      skip_reason: skipReason,
      times: this.clock.times(),
      display,
    };
    this.keep();
  }

  unseal() {
    this.pending = null;
    this.keep();
  }

  // Several questions may ask for marks; keys and pointer change those of the one that was active last.
  #turn(onTurn) {
    const { activeQuestion } = this.form;
    if (activeQuestion?.kind === "mark") this.markQuestion = activeQuestion;
    if (this.markQuestion) this.#show();
    onTurn();
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
    this.keepMarks();
    if (wish === "add" || wish === "select") this.form.focus(this.page.questions.indexOf(this.markQuestion));
  }

  // While a drag goes on: seen, but not yet an answer.
  preview(marks) {
    this.#marks[this.markQuestion.key] = marks;
    this.#show();
  }

  keepMarks() {
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
