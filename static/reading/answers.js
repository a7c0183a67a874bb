// What counts as an answer, for each kind of question.

const LISTS = new Set(["multichoice", "mark"]);
export const TYPED = new Set(["text", "number"]);
export const PICKED = new Set(["choice", "scale"]);

export function choicesOf(question) {
  if (question.choices?.length) return question.choices;
  if (question.kind !== "scale") return [];
  const minimum = question.minimum ?? 1;
  const maximum = question.maximum ?? 5;
  return Array.from({ length: maximum - minimum + 1 }, (_, i) => ({ value: String(minimum + i), label: String(minimum + i) }));
}

// The digit that picks a choice: its own value where all values are single digits, else its place.
export function choiceKeys(question) {
  const values = choicesOf(question).map((choice) => String(choice.value));
  if (values.every((value) => /^\d$/.test(value))) return values;
  return values.map((_, i) => (i < 9 ? String(i + 1) : i === 9 ? "0" : null));
}

export function valueForKey(question, digit) {
  const at = choiceKeys(question).indexOf(digit);
  return at < 0 ? undefined : String(choicesOf(question)[at].value);
}

export function toggled(values, value) {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

export function isAnswered(question, value) {
  if (value === undefined || value === null) return false;
  if (LISTS.has(question.kind)) return value.length > 0;
  if (question.kind === "text") return value.trim() !== "";
  return value !== "" && !Number.isNaN(value);
}

const ENTERED = new Set(["text", "number", "multichoice"]);

// Whether Enter goes on to the next question: after what was typed or ticked, or past an optional question to one that
// still wants an answer. From elsewhere Enter saves.
export function goesOn(questions, at, values) {
  const question = questions[at];
  if (!question || at === questions.length - 1 || !ENTERED.has(question.kind)) return false;
  if (isAnswered(question, values[question.key])) return true;
  return questions.slice(at + 1).some((later) => complaint(later, values[later.key]) !== null);
}

// A sentence when the value cannot be taken, else null.
export function complaint(question, value) {
  if (!isAnswered(question, value)) return question.required ? "Please answer this question." : null;
  if (question.kind === "mark" && question.labels?.length && !value.every((mark) => mark.label)) {
    return "Please choose a label for each mark.";
  }
  if (question.kind !== "number" && question.kind !== "slider") return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return "Please enter a number.";
  if (question.minimum != null && number < question.minimum) return `Please enter ${question.minimum} or more.`;
  if (question.maximum != null && number > question.maximum) return `Please enter ${question.maximum} or less.`;
  return null;
}

const CONVERT = {
  scale: Number,
  number: Number,
  slider: Number,
  text: (value) => value.trim(),
};

// Questions without an answer are left out of the body.
export function answerBody(questions, values) {
  const given = questions.filter((question) => isAnswered(question, values[question.key]));
  return Object.fromEntries(given.map(({ key, kind }) => [key, (CONVERT[kind] ?? ((value) => value))(values[key])]));
}
