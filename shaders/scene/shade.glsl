// The one light of the house: a soft key from the upper left of the camera, wrapped around the form, a cool fill from below,
// and a small highlight. n is the surface normal in view coordinates, turned towards the eye.
vec3 sceneShade(vec3 base, vec3 n) {
  const vec3 key = vec3(-0.3244, 0.4866, 0.8111);
  float lit = dot(n, key) * 0.62 + 0.38;
  lit = max(lit, 0.0);
  float sky = 0.5 + 0.5 * n.y;
  vec3 color = base * (0.34 + 0.12 * sky + 0.66 * lit * lit + 0.06 * n.z);
  vec3 halfway = vec3(-0.1705, 0.2557, 0.9516);
  float highlight = max(dot(n, halfway), 0.0);
  highlight *= highlight; highlight *= highlight; highlight *= highlight; highlight *= highlight; highlight *= highlight;
  return color + vec3(0.22 * highlight);
}
// Depth cue: fades towards the background between the two distances from the eye.
vec3 sceneFog(vec3 color) {
  float distanceAhead = 1.0 / gl_FragCoord.w;
  float t = clamp((distanceAhead - fogRange.x) * fogRange.y, 0.0, 1.0) * fogRange.z;
  return mix(color, fogColor, t);
}
