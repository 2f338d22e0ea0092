// sphere_marks.glsl for a GL point.
vec2 place = vec2(2.0 * gl_PointCoord.x - 1.0, 1.0 - 2.0 * gl_PointCoord.y);
int mark = markOf(spriteColor.a);
float depth = markDepth(mark, place);
if (depth <= 0.0) discard;
vec3 shaded = sceneShade(spriteColor.rgb, markNormal(mark, place));
fragOutput0 = vec4(shaded * spriteHaze.w + spriteHaze.rgb, markOpacity(spriteColor.a) * min(2.0 * spriteRim * depth, 1.0));
