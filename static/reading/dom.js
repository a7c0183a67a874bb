// Elements without markup in strings.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// An option with its key, for a radio button or a box to tick.
export function choice(field, key, name) {
  const shown = key == null ? null : make("kbd", { "aria-hidden": "true" }, key);
  return make("label", { class: "choice" }, make("input", field), shown, make("span", {}, name));
}

export function isTyping(target) {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && (target.type === "text" || target.type === "number");
}
