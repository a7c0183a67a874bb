// How many images stand side by side, and how large each of their panes is.

export const MOST_PANES = 4;
export const GAP = 4; // CSS pixels between panes, as in viewer.css

// Images of one frame stand side by side; stacks, and more images than fit, are seen one at a time.
export function paneCount(images) {
  const several = images.length > 1 && images.length <= MOST_PANES;
  return several && images.every((image) => image.frames.length === 1) ? images.length : 1;
}

export function paneSize({ width, height }, count, gap) {
  const cell = (length, cells) => Math.max(Math.floor((length - gap * (cells - 1)) / cells), 1);
  return { width: cell(width, count > 1 ? 2 : 1), height: cell(height, count > 2 ? 2 : 1) };
}

export function wrapped(index, count) {
  return ((index % count) + count) % count;
}
