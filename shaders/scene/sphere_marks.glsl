// sphere.glsl for the marks of categories.
vec2 place = offsetVCVSOutput.xy;
int mark = markOf(vertexColorVSOutput.a);
float pixel = max(abs(dFdx(place.x)), 1e-4), depth = markDepth(mark, place);
if (depth <= 0.0) discard;
fragOutput0 = vec4(sceneFog(sceneShade(vertexColorVSOutput.rgb, markNormal(mark, place))),
                   markOpacity(vertexColorVSOutput.a) * min(depth / pixel, 1.0));
