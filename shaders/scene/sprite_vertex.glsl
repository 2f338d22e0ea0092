gl_PointSize = max(spriteScale * spriteRadius / gl_Position.w, 1.0);
float fog = clamp((gl_Position.w - spriteFog.x) * spriteFog.y, 0.0, 1.0) * spriteFog.z;
sprite = vec3(2.0 / gl_PointSize, 1.0 - fog, fog);
