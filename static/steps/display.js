// The patches of the display self-check, drawn in the display's own pixels: none is scaled, none smoothed.

const facts = document.querySelector("[name=facts]");

function noteFacts() {
  facts.value = JSON.stringify({
    screen: [screen.width, screen.height],
    viewport: [innerWidth, innerHeight],
    pixel_ratio: devicePixelRatio,
    color_depth: screen.colorDepth,
  });
}

// -> the grey at a pixel of a patch whose strokes are told by its grid, as large as it fits.
function symbolsIn(width, height, { grid, columns, levels }) {
  const rows = grid.length / columns;
  const unit = Math.max(Math.floor(Math.min(width / columns, height / rows)), 1);
  const left = Math.floor((width - unit * columns) / 2);
  const top = Math.floor((height - unit * rows) / 2);
  const greys = levels.split(" ").map(Number);
  return (x, y) => {
    const column = Math.floor((x - left) / unit);
    const row = Math.floor((y - top) / unit);
    const isInside = column >= 0 && column < columns && row >= 0 && row < rows;
    return greys[isInside ? Number(grid[row * columns + column]) : 0];
  };
}

const linesAlong = { vertical: (x) => 255 * (x % 2), horizontal: (x, y) => 255 * (y % 2) };

function paint(canvas, width, height) {
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  const greyAt = linesAlong[canvas.dataset.lines] ?? symbolsIn(width, height, canvas.dataset);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grey = greyAt(x, y);
      picture.data.set([grey, grey, grey, 255], 4 * (y * width + x));
    }
  }
  context.putImageData(picture, 0, 0);
  canvas.dataset.painted = `${width}x${height}`;
}

// The browser knows to which side a fraction of a pixel was rounded, but not all know their own scale.
function devicePixels(told, css) {
  const counted = css * devicePixelRatio;
  return Math.abs(told - counted) <= 1 ? told : Math.round(counted);
}

const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect, devicePixelContentBoxSize: boxes } of entries) {
    const width = devicePixels(boxes?.[0].inlineSize, contentRect.width);
    const height = devicePixels(boxes?.[0].blockSize, contentRect.height);
    if (width && height) paint(target, width, height);
  }
  noteFacts();
});

for (const canvas of document.querySelectorAll("canvas")) {
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(canvas); // Safari does not tell the box in device pixels
  }
}
addEventListener("resize", noteFacts);
noteFacts();
