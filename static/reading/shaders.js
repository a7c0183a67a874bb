// The two passes on the graphics processor. They compute what resample.js and window.js compute.

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
`;

export const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

// Row 0 of the level texture is the top of the stage.
export const GEOMETRY = `${HEAD}
uniform usampler2D source;
uniform ivec2 size;
uniform vec2 offset;
uniform vec2 scale;
uniform ivec4 shown;
uniform ivec2 padding;
layout(location = 0) out uint bits;
const uint NOTHING = 0xffffffffu;

int at(ivec2 p) { return int(texelFetch(source, p, 0).r); }
bool isPadding(int value) { return value >= padding.x && value <= padding.y; }

uint averaged(vec2 from, vec2 to) {
  float sum = 0.0;
  float total = 0.0;
  for (int y = int(from.y); float(y) < to.y; y++) {
    float height = min(to.y, float(y + 1)) - max(from.y, float(y));
    for (int x = int(from.x); float(x) < to.x; x++) {
      int value = at(ivec2(x, y));
      if (isPadding(value)) continue;
      float weight = height * (min(to.x, float(x + 1)) - max(from.x, float(x)));
      sum += weight * float(value);
      total += weight;
    }
  }
  return total > 0.0 ? floatBitsToUint(sum / total) : NOTHING;
}

uint interpolated(vec2 point) {
  int here = at(min(ivec2(point), size - 1));
  if (isPadding(here)) return NOTHING;
  vec2 first = floor(point - 0.5);
  vec2 part = point - 0.5 - first;
  float sum = 0.0;
  float total = 0.0;
  for (int corner = 0; corner < 4; corner++) {
    ivec2 step = ivec2(corner & 1, corner >> 1);
    int value = at(clamp(ivec2(first) + step, ivec2(0), size - 1));
    if (isPadding(value)) continue;
    vec2 share = mix(1.0 - part, part, vec2(step));
    sum += share.x * share.y * float(value);
    total += share.x * share.y;
  }
  return floatBitsToUint(total > 0.0 ? sum / total : float(here));
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  bits = NOTHING;
  if (any(lessThan(pixel, shown.xy)) || any(greaterThanEqual(pixel, shown.xy + shown.zw))) return;
  vec2 corner = vec2(pixel) - offset;
  vec2 limit = vec2(size);
  vec2 beyond = max(scale - 1.0, 0.0) * 0.5;
  if (min(scale.x, scale.y) < 1.0)
    bits = averaged(max((corner - beyond) / scale, 0.0), min((corner + 1.0 + beyond) / scale, limit));
  else bits = interpolated(clamp((corner + 0.5) / scale, vec2(0.0), limit));
}`;

export const WINDOW = `${HEAD}
uniform usampler2D levels;
uniform usampler2D table;
uniform int stageHeight;
uniform int shape;
uniform vec2 bounds;
uniform int tableLast;
uniform bool invert;
layout(location = 0) out vec4 colour;

float entry(int i) { return float(texelFetch(table, ivec2(i & 255, i >> 8), 0).r) / 65535.0; }

float linear(float value) {
  if (value <= bounds.x) return 0.0;
  if (value >= bounds.y) return 1.0;
  return (value - bounds.x) / (bounds.y - bounds.x);
}

float sigmoid(float value) {
  float width = max(bounds.y - bounds.x, 1e-6);
  return 1.0 / (1.0 + exp(-4.0 * (value - 0.5 * (bounds.x + bounds.y)) / width));
}

float looked(float value) {
  float width = bounds.y - bounds.x;
  float last = float(tableLast);
  float position = width > 0.0 ? (value - bounds.x) / width * last : (value > bounds.x ? last : 0.0);
  position = clamp(position, 0.0, last);
  int below = int(position);
  return mix(entry(below), entry(min(below + 1, tableLast)), position - float(below));
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  uint bits = texelFetch(levels, ivec2(pixel.x, stageHeight - 1 - pixel.y), 0).r;
  colour = vec4(0.0, 0.0, 0.0, 1.0);
  if (bits == 0xffffffffu) return;
  float value = uintBitsToFloat(bits);
  float grey = shape == 0 ? linear(value) : shape == 1 ? sigmoid(value) : looked(value);
  colour.rgb = vec3(invert ? 1.0 - grey : grey);
}`;

export const SHAPES = { linear: 0, sigmoid: 1, lut: 2 };
