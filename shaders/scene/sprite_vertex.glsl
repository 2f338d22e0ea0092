gl_PointSize = max(spriteScale * spriteRadius / gl_Position.w, 1.0);
float fog = clamp((gl_Position.w - spriteFog.x) * spriteFog.y, 0.0, 1.0) * spriteFog.z;
spriteColor = scalarColor;
spriteHaze = vec4(spriteFogColor * fog, 1.0 - fog);
spriteRim = 0.25 * gl_PointSize;
