// A mark question in the column: which shape is drawn, the marks so far, and the label of the selected one.

import { choice, make } from "./dom.js";
import { capOf } from "./keys.js";

const NAMES = { point: "Point", box: "Box", ellipse: "Ellipse" };

function button(wish, id, name) {
  const tabindex = wish === "add" ? null : "-1";
  const cap = make("kbd", { "aria-hidden": "true", "data-cap": id }, capOf(id));
  return make("button", { type: "button", "data-mark": wish, tabindex }, cap, name);
}

function radios(question, as, label, options) {
  const inputs = options.map(([value, name, key], i) =>
    choice({ type: "radio", name: `${question.key}-${as}`, value, "data-as": as, tabindex: i ? "-1" : null }, key, name),
  );
  return make("div", { class: `choices ${as}s`, role: "radiogroup", "aria-label": label }, ...inputs);
}

export function markFields(question) {
  const { shapes, labels } = question;
  return make(
    "div",
    { class: "marks" },
    shapes?.length > 1 ? radios(question, "shape", "Shape", shapes.map((one, i) => [one, NAMES[one], i ? null : capOf("shape")])) : null,
    make(
      "div",
      { class: "marking" },
      button("add", "mark", "Mark"),
      button("remove", "remove", "Remove"),
      button("undo", "undo", "Undo"),
      make("output", { class: "value" }),
    ),
    labels?.length ? make("div", { class: "drawn" }) : null,
    labels?.length > 1 ? radios(question, "label", "Label", labels.map((one, i) => [one, one, i + 1])) : null,
  );
}

// `state`: {points, selected, shape}
export function showMarks(group, { points, selected, shape }) {
  const chosen = points[selected];
  const { as: focused } = document.activeElement.dataset;
  for (const input of group.querySelectorAll("input")) {
    const { as } = input.dataset;
    input.checked = input.value === (as === "shape" ? shape : chosen?.label);
    if (as === "label") input.disabled = !chosen;
    else if (input.checked && as === focused && group.contains(document.activeElement)) input.focus();
  }
  const { length } = points;
  group.querySelector("output").value = length ? `${length} mark${length > 1 ? "s" : ""}` : "none";
  group.querySelector(".drawn")?.replaceChildren(
    ...points.map((mark, i) => {
      const name = `${NAMES[mark.kind]}: ${mark.label ?? "no label"}`;
      const place = { "data-mark": "select", "data-index": i, tabindex: "-1", "aria-pressed": String(i === selected) };
      return make("button", { type: "button", ...place }, name);
    }),
  );
}
