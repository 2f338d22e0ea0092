// sphere.glsl for a GL point: fog and size are those of the centre.
vec2 place = vec2(2.0 * gl_PointCoord.x - 1.0, 1.0 - 2.0 * gl_PointCoord.y);
float r2 = dot(place, place);
if (r2 >= 1.0) discard;
float edge = min((1.0 - sqrt(r2)) / sprite.x, 1.0);
vec3 outward = vec3(place, sqrt(1.0 - r2));
fragOutput0 = vec4(sceneShade(vertexColorVSOutput.rgb, outward) * sprite.y + fogColor * sprite.z,
                   vertexColorVSOutput.a * edge);
