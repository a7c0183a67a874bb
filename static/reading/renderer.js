// Draws one frame on the stage's canvas: geometry first, then the window. WebGL2 where there is one, else plain canvas.

import { sameView, scales, shownRectangle } from "./geometry.js";
import { resample } from "./resample.js";
import { PlainRenderer } from "./renderer-plain.js";
import { GEOMETRY, SHAPES, VERTEX, WINDOW } from "./shaders.js";

const CONTEXT = { alpha: false, antialias: false, depth: false, stencil: false, powerPreference: "high-performance" };
const TABLE_WIDTH = 256;

export function createRenderer(canvas, prefer = "webgl2", ledger = null) {
  const gl = prefer === "webgl2" ? canvas.getContext("webgl2", CONTEXT) : null;
  return gl ? new WebGLRenderer(canvas, gl, ledger) : new PlainRenderer(canvas, ledger);
}

function program(gl, fragment) {
  const made = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The viewer's shader was refused: ${gl.getProgramInfoLog(made)}`);
  }
  const uniforms = {};
  const count = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS) ?? 0;
  for (let i = 0; i < count; i++) {
    const { name } = gl.getActiveUniform(made, i);
    uniforms[name] = gl.getUniformLocation(made, name);
  }
  return { made, uniforms };
}

function texture(gl) {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
  return made;
}

export class WebGLRenderer {
  kind = "webgl2";

  constructor(canvas, gl, ledger) {
    this.canvas = canvas;
    this.gl = gl;
    this.ledger = ledger;
    this.plainGeometry = this.software; // an emulated graphics processor averages slower than plain arithmetic
    this.#build();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => this.#rebuild());
  }

  get software() {
    const names = this.gl.getExtension("WEBGL_debug_renderer_info");
    const name = names ? this.gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : this.gl.getParameter(this.gl.RENDERER);
    return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(name));
  }

  #build() {
    const { gl } = this;
    this.geometry = program(gl, GEOMETRY);
    this.window = program(gl, WINDOW);
    this.source = texture(gl);
    this.levels = texture(gl);
    this.table = texture(gl);
    this.target = gl.createFramebuffer();
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.disable(gl.DITHER);
    this.#setTable(new Uint16Array(TABLE_WIDTH));
    this.tableOf = null;
    this.sourceOf = null;
    this.drawnFrame = null;
    this.drawnView = null;
    this.#sizeLevels();
  }

  #rebuild() {
    this.#build();
    if (this.last) this.draw(...this.last);
  }

  setSize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.drawnView = null;
    this.#sizeLevels();
  }

  #sizeLevels() {
    const { gl, canvas } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.levels);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32UI, canvas.width, canvas.height, 0, gl.RED_INTEGER, gl.UNSIGNED_INT, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.levels, 0);
    this.#count();
  }

  // The canvas, the levels and the frame on it.
  #count() {
    const { canvas: { width, height }, sourceOf } = this;
    this.ledger?.note(this, 8 * width * height + (sourceOf ? 2 * sourceOf.rows * sourceOf.columns : 0));
  }

  draw(frame, view, voi) {
    this.last = [frame, view, voi];
    if (this.gl.isContextLost()) return;
    if (this.drawnFrame !== frame || !sameView(this.drawnView, view)) this.#place(frame, view);
    this.#drawWindow(voi);
  }

  clear() {
    this.last = null;
    this.drawnFrame = null;
    this.#blacken();
  }

  #blacken() {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  // The worker's level serves the fitted view; larger images than a texture can hold are placed in plain arithmetic.
  #place(frame, view) {
    const { gl, canvas } = this;
    const shown = shownRectangle(view, frame, canvas);
    const ready = frame.level && sameView(frame.level.view, view) && sameRectangle(frame.level.rectangle, shown);
    const tooLarge = Math.max(frame.rows, frame.columns) > gl.getParameter(gl.MAX_TEXTURE_SIZE);
    if (ready) this.#upload(shown, frame.level.bits);
    else if (tooLarge || this.plainGeometry) this.#upload(shown, resample(frame, view, shown));
    else this.#drawGeometry(frame, view, shown);
    this.drawnFrame = frame;
    this.drawnView = { ...view };
    this.shown = shown;
  }

  #upload(shown, bits) {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearBufferuiv(gl.COLOR, 0, [0xffffffff, 0, 0, 0]);
    if (bits.length === 0) return;
    gl.bindTexture(gl.TEXTURE_2D, this.levels);
    gl.texSubImage2D(
      gl.TEXTURE_2D, 0, shown.x, shown.y, shown.width, shown.height, gl.RED_INTEGER, gl.UNSIGNED_INT, bits,
    );
  }

  #drawGeometry(frame, view, shown) {
    const { gl, geometry: { made, uniforms } } = this;
    const scale = scales(view);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.source);
    if (this.sourceOf !== frame) {
      gl.texImage2D(
        gl.TEXTURE_2D, 0, gl.R16UI, frame.columns, frame.rows, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, frame.values,
      );
      this.sourceOf = frame;
      this.#count();
    }
    gl.useProgram(made);
    gl.uniform1i(uniforms.source, 0);
    gl.uniform2i(uniforms.size, frame.columns, frame.rows);
    gl.uniform2f(uniforms.offset, view.x, view.y);
    gl.uniform2f(uniforms.scale, scale.x, scale.y);
    gl.uniform4i(uniforms.shown, shown.x, shown.y, shown.width, shown.height);
    gl.uniform2i(uniforms.padding, ...(frame.padding ?? [1, 0]));
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #setTable(lut) {
    const { gl } = this;
    const height = Math.ceil(lut.length / TABLE_WIDTH);
    const filled = new Uint16Array(height * TABLE_WIDTH);
    filled.set(lut);
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, TABLE_WIDTH, height, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, filled);
  }

  // Beside the image there is nothing to window: clearing it is cheaper.
  #drawWindow(voi) {
    const { gl, canvas, shown: { x, y, width, height }, window: { made, uniforms } } = this;
    gl.activeTexture(gl.TEXTURE0);
    if (voi.lut && this.tableOf !== voi.lut) {
      this.#setTable(voi.lut);
      this.tableOf = voi.lut;
    }
    gl.bindTexture(gl.TEXTURE_2D, this.levels);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.useProgram(made);
    gl.uniform1i(uniforms.levels, 0);
    gl.uniform1i(uniforms.table, 1);
    gl.uniform1i(uniforms.stageHeight, this.canvas.height);
    gl.uniform1i(uniforms.shape, SHAPES[voi.shape]);
    gl.uniform2f(uniforms.bounds, voi.low, voi.high);
    gl.uniform1i(uniforms.tableLast, voi.lut ? voi.lut.length - 1 : 0);
    gl.uniform1i(uniforms.invert, voi.invert ? 1 : 0);
    this.#blacken();
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(x, canvas.height - y - height, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.disable(gl.SCISSOR_TEST);
    gl.activeTexture(gl.TEXTURE0);
  }

  // Blocks until everything drawn so far is really on the canvas.
  readBack() {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const pixel = new Uint8Array(4);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return pixel;
  }
}

function sameRectangle(a, b) {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
