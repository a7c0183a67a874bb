// The answer form of a case, built from the questions that the server sent. It knows which question is active.

import { choiceKeys, choicesOf, complaint, goesOn, isAnswered, PICKED, toggled, TYPED, valueForKey } from "./answers.js";
import { choice, make } from "./dom.js";
import { markFields, showMarks } from "./mark-fields.js";

const LONG_LABEL = 26;

function legend(question) {
  const notes = [question.kind === "multichoice" && "any number", !question.required && "optional"].filter(Boolean);
  return make("legend", {}, question.label, notes.length ? make("span", { class: "optional" }, ` ${notes.join(", ")}`) : null);
}

function layout(question) {
  const choices = choicesOf(question);
  if (question.kind === "scale" && choices.length <= 7) return "row";
  return choices.length > 1 && choices.every((choice) => choice.label.length <= LONG_LABEL) ? "pairs" : "list";
}

function choices(question) {
  const type = question.kind === "multichoice" ? "checkbox" : "radio";
  const keys = choiceKeys(question);
  const options = choicesOf(question).map(({ value, label }, i) =>
    choice({ type, name: question.key, value, tabindex: type === "checkbox" && i > 0 ? "-1" : null }, keys[i], label),
  );
  return make("div", { class: `choices ${layout(question)}` }, ...options);
}

function typed(question) {
  const number = question.kind === "number";
  const { minimum: min, maximum: max, unit } = question;
  const field = make("input", {
    type: number ? "number" : "text",
    name: question.key,
    "aria-label": question.label,
    autocomplete: "off",
    ...(number ? { min, max, step: "any" } : { spellcheck: "false", maxlength: "4000" }),
  });
  return make("div", { class: "typed" }, field, unit ? make("span", { class: "unit" }, unit) : null);
}

function slider(question) {
  const { unit } = question;
  const min = question.minimum ?? 0;
  const max = question.maximum ?? 100;
  const step = max - min >= 10 ? 1 : "any";
  const field = make("input", { type: "range", name: question.key, min, max, step, value: (min + max) / 2, "aria-label": question.label });
  const value = make("output", { class: "value" }, "not set");
  const keys = ["←", "→"].map((arrow) => make("kbd", { "aria-hidden": "true" }, arrow));
  return make("div", { class: "slider" }, ...keys, field, value, unit ? make("span", { class: "unit" }, unit) : null);
}

const BUILDERS = { choice: choices, scale: choices, multichoice: choices, text: typed, number: typed, slider, mark: markFields };

export class QuestionForm {
  active = 0;
  #byPointer = false;

  constructor(root, questions, values, { onChange, onMark, onTurn }) {
    this.root = root;
    this.questions = questions;
    this.values = values;
    this.onChange = onChange;
    this.onMark = onMark;
    this.onTurn = onTurn; // another question is active, or Enter does something else now
    this.groups = questions.map((question) => this.#group(question));
    root.replaceChildren(...this.groups);
    root.onchange = (event) => this.#changed(event);
    root.oninput = (event) => this.#changed(event);
    this.groups.forEach((group, at) => group.addEventListener("focusin", () => this.#focused(at)));
    root.onpointerdown = () => this.#pointed(true);
    root.onkeydown = () => this.#pointed(false);
    root.onclick = (event) => this.#clicked(event);
    questions.forEach((question) => this.render(question.key));
    this.#showActive();
  }

  #group(question) {
    const alert = make("p", { class: "complaint", role: "alert", hidden: true });
    const group = make("fieldset", { class: "question", "data-key": question.key, "data-kind": question.kind });
    group.append(legend(question), BUILDERS[question.kind](question), alert);
    return group;
  }

  get activeQuestion() {
    return this.questions[this.active];
  }

  get goesOn() {
    return goesOn(this.questions, this.active, this.values);
  }

  get isUntouched() {
    return !this.questions.some((question) => isAnswered(question, this.values[question.key]));
  }

  get isFaulty() {
    return this.groups.some((group) => "faulty" in group.dataset);
  }

  get isLast() {
    return this.active === this.questions.length - 1;
  }

  // The page shows what the values say, never the other way round.
  render(key) {
    const at = this.questions.findIndex((question) => question.key === key);
    const { kind } = this.questions[at];
    const value = this.values[key];
    const fields = this.groups[at].querySelectorAll("input");
    if (PICKED.has(kind)) for (const field of fields) field.checked = field.value === value;
    if (kind === "multichoice") for (const field of fields) field.checked = (value ?? []).includes(field.value);
    if (TYPED.has(kind) && fields[0].value !== (value ?? "")) fields[0].value = value ?? "";
    if (kind === "slider" && value !== undefined) fields[0].value = value;
    const output = this.groups[at].querySelector("output");
    if (kind === "slider") {
      output.value = value ?? "not set";
      fields[0].classList.toggle("unset", value === undefined);
    }
  }

  showMarks(question, state) {
    const group = this.groups[this.questions.indexOf(question)];
    showMarks(group, state);
    if (question === this.activeQuestion) group.scrollIntoView({ block: "nearest" }); // it may have grown
  }

  set(key, value) {
    this.values[key] = value;
    this.render(key);
    this.#complain(this.questions.findIndex((question) => question.key === key), null);
    this.onChange(key);
    this.onTurn();
  }

  // An on-handler that returned false would swallow the key.
  #pointed(byPointer) {
    this.#byPointer = byPointer;
  }

  #changed({ type, target }) {
    const at = this.groups.findIndex((group) => group.contains(target));
    if (at < 0) return;
    const { kind, key } = this.questions[at];
    if (kind === "mark") {
      if (type === "change") this.onMark(target.dataset.as, target.value);
    } else if (kind === "multichoice") {
      if (type === "change") this.set(key, toggled(this.values[key] ?? [], target.value));
    } else if (!PICKED.has(kind)) {
      this.set(key, target.value);
    } else if (type === "change") {
      this.set(key, target.value);
      if (this.#byPointer) this.#advance(at);
    }
  }

  #clicked({ target }) {
    if (target.matches(".unset")) this.#changed({ target }); // a click where the thumb stands changes nothing else
    const { mark, index } = target.closest?.("[data-mark]")?.dataset ?? {};
    if (mark) this.onMark(mark, Number(index));
  }

  #focused(at) {
    if (at === this.active) return;
    this.active = at;
    this.#showActive();
    this.onTurn();
  }

  #showActive() {
    this.groups.forEach((group, i) => group.toggleAttribute("data-active", i === this.active));
  }

  focus(at = this.active) {
    const group = this.groups[at];
    if (!group) return;
    this.#focused(at);
    (group.querySelector("input:checked") ?? group.querySelector("input, button")).focus();
    group.scrollIntoView({ block: "nearest" });
  }

  // False at either end, so that the caller can go on elsewhere.
  move(by) {
    const at = this.active + by;
    if (at < 0 || at >= this.questions.length) return false;
    this.focus(at);
    return true;
  }

  #advance(at) {
    if (at < this.questions.length - 1) this.focus(at + 1);
  }

  digit(digit) {
    const question = this.activeQuestion;
    if (!question) return;
    if (question.kind === "mark") return this.onMark("label", question.labels?.[digit - 1]);
    const value = valueForKey(question, digit);
    if (value === undefined) return;
    if (question.kind === "multichoice") {
      this.set(question.key, toggled(this.values[question.key] ?? [], value));
    } else {
      this.set(question.key, value);
      if (this.isLast) this.focus();
      else this.#advance(this.active);
    }
  }

  #complain(at, sentence) {
    const alert = this.groups[at].querySelector(".complaint");
    alert.textContent = sentence ?? "";
    alert.hidden = !sentence;
    this.groups[at].toggleAttribute("data-faulty", Boolean(sentence));
  }

  // A case begun before a reload goes on where an answer is wanted.
  begin() {
    this.focus(0);
    if (!this.isUntouched) this.toOpen();
  }

  // To the first question that still wants an answer, if there is one.
  toOpen() {
    const open = this.questions.findIndex((question) => complaint(question, this.values[question.key]));
    if (open >= 0) this.focus(open);
  }

  // Says what is missing and goes to the first of it; true when nothing is.
  check() {
    const complaints = this.questions.map((question) => complaint(question, this.values[question.key]));
    return this.#showComplaints(complaints);
  }

  refuse(fields) {
    return this.#showComplaints(this.questions.map((question) => fields[question.key] ?? null));
  }

  #showComplaints(complaints) {
    complaints.forEach((sentence, at) => this.#complain(at, sentence));
    const first = complaints.findIndex((sentence) => sentence !== null);
    if (first >= 0) this.focus(first);
    return first < 0;
  }
}
