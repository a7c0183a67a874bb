// Key presses -> actions. Digits answer, letters steer the viewer; both fall silent while text is typed.

const LETTERS = {
  b: { name: "level", by: 1 },
  d: { name: "level", by: -1 },
  c: { name: "width", by: 1 },
  v: { name: "width", by: -1 },
  a: { name: "automatic" },
  r: { name: "reset" },
  i: { name: "invert" },
  f: { name: "fit" },
  m: { name: "mark" },
  z: { name: "undo" },
  x: { name: "skip" },
  l: { name: "lens" },
  n: { name: "image", by: 1 },
  e: { name: "enlarge" },
  u: { name: "link" },
  p: { name: "film" },
  w: { name: "window" },
  o: { name: "overlay" },
};

const SIGNS = {
  "?": { name: "help" },
  "+": { name: "zoom", by: 1 },
  "=": { name: "zoom", by: 1 },
  "-": { name: "zoom", by: -1 },
  _: { name: "zoom", by: -1 },
  "[": { name: "frame", by: -1 },
  "]": { name: "frame", by: 1 },
  PageUp: { name: "leap", by: -10 },
  PageDown: { name: "leap", by: 10 },
  Home: { name: "leap", by: -Infinity },
  End: { name: "leap", by: Infinity },
  ",": { name: "rate", by: -1 },
  ".": { name: "rate", by: 1 },
  Delete: { name: "remove" },
  Backspace: { name: "remove" },
  Escape: { name: "leave" },
};

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// context: {typing, multiline, marking}
export function actionFor(event, context) {
  if (event.key === "Enter") return enter(event, context);
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (context.typing) return event.key === "Escape" ? { name: "leave" } : null;
  if (event.key in ARROWS) return arrow(event, context);
  if (event.key in SIGNS) return SIGNS[event.key];
  return digit(event) ?? LETTERS[event.key.toLowerCase()] ?? null;
}

function enter(event, { typing, multiline }) {
  if (event.ctrlKey || event.metaKey) return { name: "submit" };
  if (event.altKey || event.shiftKey || event.isComposing) return null;
  if (typing && multiline) return null;
  return { name: "enter" };
}

function arrow(event, { marking }) {
  const [right, down] = ARROWS[event.key];
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
