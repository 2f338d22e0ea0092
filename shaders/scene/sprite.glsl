// sphere.glsl for a GL point; colour and fog are those of the centre.
vec2 place = vec2(2.0 * gl_PointCoord.x - 1.0, 1.0 - 2.0 * gl_PointCoord.y);
float inside = 1.0 - dot(place, place);
if (inside <= 0.0) discard;
vec3 shaded = sceneShade(spriteColor.rgb, vec3(place, sqrt(inside)));
fragOutput0 = vec4(shaded * spriteHaze.w + spriteHaze.rgb, spriteColor.a * min(inside * spriteRim, 1.0));
