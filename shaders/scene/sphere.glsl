// A sphere seen as a disc: offsetVCVSOutput is the place on it in units of the radius. The rim is smoothed over one pixel.
vec2 place = offsetVCVSOutput.xy;
float pixel = max(abs(dFdx(place.x)), 1e-4);
float r2 = dot(place, place);
if (r2 >= 1.0) discard;
float edge = min((1.0 - sqrt(r2)) / pixel, 1.0);
vec3 outward = vec3(place, sqrt(1.0 - r2));
fragOutput0 = vec4(sceneFog(sceneShade(vertexColorVSOutput.rgb, outward)), vertexColorVSOutput.a * edge);
