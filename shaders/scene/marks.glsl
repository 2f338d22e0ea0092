// The marks of categories (widgets/model/category_mark.h has their outlines): how far inside its mark a place of the disc
// around it lies, in radii of that disc. The last three bits of alpha say which mark, the others how opaque.
float markDepth(int mark, vec2 p) {
  vec2 a = abs(p);
  if (mark == 0) return 1.0 / 1.4 - length(p);
  if (mark == 1) return 0.64 - max(a.x, a.y);
  if (mark == 3) return (1.0 - 1.25 * a.x - a.y) * 0.6247;
  if (mark == 2 || mark == 4) {
    float y = mark == 2 ? p.y : -p.y;
    return min(y + 0.5, 0.5 - 0.8660254 * a.x - 0.5 * y);
  }
  if (mark == 7) {
    const vec2 k = vec2(0.80901699, -0.58778525);
    vec2 q = vec2(a.x, p.y);
    q -= 2.0 * max(dot(k, q), 0.0) * k;
    q -= 2.0 * max(dot(vec2(-k.x, k.y), q), 0.0) * vec2(-k.x, k.y);
    q = vec2(abs(q.x), q.y - 1.0);
    vec2 edge = 0.45 * vec2(-k.y, k.x) - vec2(0.0, 1.0);
    return (q.x * edge.y - q.y * edge.x) / length(edge);
  }
  if (mark == 6) a = abs(vec2(p.x + p.y, p.x - p.y)) * 0.70710678;
  return max(min(0.24 - a.x, 0.95 - a.y), min(0.24 - a.y, 0.95 - a.x));
}
int markOf(float alpha) { return int(alpha * 255.0 + 0.5) & 7; }
float markOpacity(float alpha) { return float(int(alpha * 255.0 + 0.5) >> 3) / 31.0; }
// Domed like a cushion; a circle is a sphere.
vec3 markNormal(int mark, vec2 p) {
  vec2 tilt = p * (mark == 0 ? 1.4 : 0.75);
  return vec3(tilt, sqrt(max(1.0 - dot(tilt, tilt), 0.0)));
}
