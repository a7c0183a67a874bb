// Key presses -> actions. Digits answer, the keys of the table steer the viewer; all fall silent while text is typed.

const FIXED = { "?": { name: "help" }, Escape: { name: "leave" } };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

let table = [];
let actions = {};

// rows: {id, name, by, key, standard, also} of studies/keys.json, as the key help carries them.
// A second key holds beside the standard key alone, and gives way where it is somebody's first.
export function useKeys(rows) {
  table = rows;
  const does = ({ name, by }) => (by ? { name, by: Number(by) } : { name });
  const second = rows.filter(({ key, standard = key, also }) => also && key === standard);
  actions = Object.fromEntries([...second.map((row) => [row.also, does(row)]), ...rows.map((row) => [row.key, does(row)])]);
}

// What stands on a key, and on an action's.
export function cap(key) {
  return key.length > 1 ? key.replace(/(?<=[a-z])(?=[A-Z])/, " ") : key.toUpperCase();
}

export function capOf(id) {
  return cap(table.find((row) => row.id === id).key);
}

export function lower(key) {
  return key.length > 1 ? key : key.toLowerCase();
}

const OWN = /^(?:[^\s\d?/']|Page(?:Up|Down)|Home|End|Insert|Delete|Backspace)$/u;

// Why a key cannot be an action's own, in words; "" where it can.
export function refusal(event, id) {
  const key = lower(event.key);
  if (isHeld(event) || !OWN.test(key) || digit(event)) return "has another use here or in the browser.";
  const other = table.find((row) => row.key === key && row.id !== id);
  return other ? `is the key of another action: ${other.label}.` : "";
}

// context: {typing, multiline, marking, sized}
export function actionFor(event, context) {
  if (event.key === "Enter") return enter(event, context);
  if (isHeld(event)) return null;
  if (context.typing) return event.key === "Escape" ? { name: "leave" } : null;
  if (event.key in ARROWS) return arrow(event, context);
  return FIXED[event.key] ?? actions[event.key] ?? actions[lower(event.key)] ?? digit(event);
}

function isHeld({ ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey;
}

function enter(event, { typing, multiline }) {
  if (event.ctrlKey || event.metaKey) return { name: "submit" };
  if (event.altKey || event.shiftKey || event.isComposing) return null;
  if (typing && multiline) return null;
  return { name: "enter" };
}

function arrow(event, { marking, sized }) {
  const [right, down] = ARROWS[event.key];
  if (sized && event.shiftKey) return { name: "grow", right, down, fast: Boolean(event.repeat) };
  if (event.shiftKey) return { name: "pan", right, down };
  if (marking) return { name: "nudge", right, down, fast: Boolean(event.repeat) };
  return down === 0 ? null : { name: "question", by: down };
}

// The digit row gives digits only with Shift on some keyboards; its place says which is meant.
function digit(event) {
  if (/^\d$/.test(event.key)) return { name: "digit", digit: event.key };
  const place = /^Digit(\d)$/.exec(event.code ?? "");
  return place && !event.shiftKey && !/^[a-z]$/i.test(event.key) ? { name: "digit", digit: place[1] } : null;
}
