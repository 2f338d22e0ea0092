// The marks of categories as one formula for all fragments (llvmpipe runs every branch): turned, mirrored, a fifth of the
// star standing for the whole, coordinates sorted by size, then within two half planes and a circle; see sprite_marks.glsl.
// In radii of the circle: first plane, x of the second; y of the second and its distance, circle; turn, what -y is
// multiplied by, star; sorted, half the side of the sprite. sprite_marks_vertex.glsl has the eight sets, in order.
flat out vec4 markPlane;
flat out vec4 markRest;
flat out vec4 markTurn;
flat out vec2 markSide;
// Selections: an array would be copied for every vertex.
vec4 ofMark(int mark, vec4 a, vec4 b, vec4 c, vec4 d, vec4 e, vec4 f, vec4 g, vec4 h) {
  vec4 low = mark < 2 ? (mark < 1 ? a : b) : (mark < 3 ? c : d), high = mark < 6 ? (mark < 5 ? e : f) : (mark < 7 ? g : h);
  return mark < 4 ? low : high;
}
