in float spriteRadius;
flat out vec4 spriteColor;
flat out vec4 spriteHaze;  // the fog's colour times its share, and 1 - that share
flat out float spriteRim;  // 1 / (1 - r^2) where the rim begins, one pixel inside: 1 - r is (1 - r^2) / 2 there
