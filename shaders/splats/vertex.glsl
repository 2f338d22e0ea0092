#version 330 core
// One Gaussian an instance, four corners of the box that its ellipse fits in. The arithmetic is that of the CPU path
// (engine/splats/splat_kernels_impl.h) in OpenCV's frame: x right, y down, z forward.
uniform samplerBuffer geometry;  // x y z - | xx xy xz yy | yz zz - -
uniform samplerBuffer look;      // red green blue opacity
uniform mat3 rotation;
uniform vec3 translation;
uniform vec2 focal, centre, size, limit;
uniform float nearest, scaleSquared, opacityCut;
uniform bool orthographic, compensated;
layout(location = 0) in uint splat;
flat out vec4 colour;
flat out vec3 conic;
out vec2 offset;

void main() {
  int at = 3 * int(splat);
  vec3 mean = texelFetch(geometry, at).xyz;
  vec4 first = texelFetch(geometry, at + 1), second = texelFetch(geometry, at + 2);
  colour = texelFetch(look, int(splat));
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);  // outside, unless the splat is visible
  vec3 t = rotation * mean + translation;
  if (t.z < nearest || colour.a < opacityCut) return;
  float inverse = orthographic ? 1.0 : 1.0 / t.z;
  vec2 u = t.xy * inverse;
  vec2 j = focal * inverse;
  vec2 tilt = orthographic ? vec2(0.0) : -j * clamp(u, -limit, limit);
  mat3 world = mat3(first.x, first.y, first.z, first.y, first.w, second.x, first.z, second.x, second.y);
  mat3 rows = transpose(rotation);
  vec3 m = j.x * rows[0] + tilt.x * rows[2], n = j.y * rows[1] + tilt.y * rows[2];
  vec3 sharp = scaleSquared * vec3(dot(m, world * m), dot(n, world * m), dot(n, world * n));
  vec3 wide = vec3(sharp.x + 0.3, sharp.y, sharp.z + 0.3);
  float det = wide.x * wide.z - wide.y * wide.y;
  if (compensated) colour.a *= sqrt(max(0.0, sharp.x * sharp.z - sharp.y * sharp.y) / det);
  if (!(det > 0.0) || colour.a < 1.0 / 255.0) return;
  conic = vec3(wide.z, -wide.y, wide.x) / det;
  vec2 extent = sqrt(2.0 * log(255.0 * colour.a) * wide.xz);
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  offset = corner * (extent + 1.0);
  vec2 pixel = u * focal + centre + offset;
  gl_Position = vec4(2.0 * pixel.x / size.x - 1.0, 2.0 * pixel.y / size.y - 1.0, 0.0, 1.0);
}
