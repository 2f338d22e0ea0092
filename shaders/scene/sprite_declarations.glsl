in float spriteRadius;
flat out vec3 sprite;  // {2 / diameter in pixels, 1 - the share of fog, the share of fog}
