// sphere_marks.glsl for a GL point; sprite_marks_declarations.glsl says how.
vec2 place = vec2(2.0 * gl_PointCoord.x - 1.0, 1.0 - 2.0 * gl_PointCoord.y) * markSide.y;
vec2 q = vec2(markTurn.x * place.x + markTurn.y * place.y, markTurn.x * place.y - markTurn.y * place.x);
q = vec2(abs(q.x), max(q.y, markTurn.z * q.y));
const vec2 fold = vec2(0.80901699, -0.58778525);
q -= markTurn.w * max(dot(fold, q), 0.0) * fold;
q += markTurn.w * max(dot(vec2(-fold.x, fold.y), q), 0.0) * vec2(fold.x, -fold.y);
q.x = abs(q.x);
q = mix(q, vec2(min(q.x, q.y), max(q.x, q.y)), markSide.x);
float r2 = dot(place, place);
float depth = min(min(markPlane.z - dot(markPlane.xy, q), markRest.y - markPlane.w * q.x - markRest.x * q.y),
                  markRest.w - markRest.z * r2);
if (depth <= 0.0) discard;
vec2 tilt = place * (markRest.z > 0.0 ? 1.0 : 0.53);
vec3 shaded = sceneShade(spriteColor.rgb, vec3(tilt, sqrt(max(1.0 - dot(tilt, tilt), 0.0))));
fragOutput0 = vec4(shaded * spriteHaze.w + spriteHaze.rgb, spriteColor.a * min(2.0 * spriteRim / markSide.y * depth, 1.0));
