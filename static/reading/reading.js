// One reading on the page: its answers, marks, clock and the draft that outlives a reload.

import { answerBody } from "./answers.js";
import { saveDraft } from "./draft.js";
import { addMark, nudgeMark, noMarks, removeMark, selectMark, undoMark } from "./marks.js";
import { QuestionForm } from "./questions.js";
import { submissionId } from "./submit.js";
import { ReadingClock } from "./timing.js";

export class Reading {
  constructor(page, { form, draft, onMark, onMarks, onTurn }) {
    this.page = page;
    this.pending = draft.pending ?? null;
    this.submissionId = draft.submission_id ?? submissionId();
    this.onMarks = onMarks;
    this.clock = new ReadingClock(() => performance.now(), { hidden: document.hidden, carried: draft.times });
    this.values = draft.values ?? {};
    this.markKey = page.questions.find((question) => question.kind === "mark")?.key ?? null;
    this.marks = noMarks(this.values[this.markKey] ?? []);
    this.form = new QuestionForm(form, page.questions, this.values, { onChange: () => this.keep(), onMark, onTurn });
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

  get marking() {
    return this.form.activeQuestion?.kind === "mark" && this.marks.selected >= 0;
  }

  changeMarks(wish, point, extent) {
    if (this.markKey === null) return;
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
