// Rectangles as [x, y, width, height] in whole image pixels, always within the image.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Between two points (as they come from a pointer), every pixel touched; null where there is no area.
export function between(from, to, columns, rows) {
  const [left, right] = [from.x, to.x].sort((a, b) => a - b);
  const [top, bottom] = [from.y, to.y].sort((a, b) => a - b);
  const x = clamp(Math.floor(left), 0, columns), y = clamp(Math.floor(top), 0, rows);
  const width = clamp(Math.ceil(right), 0, columns) - x, height = clamp(Math.ceil(bottom), 0, rows) - y;
  return width > 2 && height > 2 ? [x, y, width, height] : null;
}

// Over a word with a margin around it, as letters reach beyond the box that was found.
export function around([, x, y, width, height], columns, rows) {
  const margin = Math.ceil(height / 3);
  return between({ x: x - margin, y: y - margin }, { x: x + width + margin, y: y + height + margin }, columns, rows);
}

export function moved([x, y, width, height], dx, dy, columns, rows) {
  return [clamp(x + dx, 0, columns - width), clamp(y + dy, 0, rows - height), width, height];
}

export function sized([x, y, width, height], dx, dy, columns, rows) {
  return [x, y, clamp(width + dx, 3, columns - x), clamp(height + dy, 3, rows - y)];
}

export const covers = (outer, inner) =>
  outer[0] <= inner[0] && outer[1] <= inner[1]
  && outer[0] + outer[2] >= inner[0] + inner[2] && outer[1] + outer[3] >= inner[1] + inner[3];

// For `b`: over the first word that no rectangle covers, else a strip at the top.
export function proposed(words, rectangles, columns, rows) {
  const word = words.find((one) => !rectangles.some((place) => covers(place, one.slice(1, 5))));
  const strip = [0, 0, Math.max(3, Math.round(columns / 4)), Math.max(3, Math.round(rows / 20))];
  return word ? around(word, columns, rows) ?? strip : strip;
}
