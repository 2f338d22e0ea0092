#version 330 core
flat in vec4 colour;
flat in vec3 conic;
in vec2 offset;
out vec4 premultiplied;

void main() {
  float power = -0.5 * (conic.x * offset.x * offset.x + conic.z * offset.y * offset.y) - conic.y * offset.x * offset.y;
  float alpha = min(0.99, colour.a * exp(power));
  if (alpha < 1.0 / 255.0) discard;
  premultiplied = vec4(alpha * colour.rgb, alpha);
}
