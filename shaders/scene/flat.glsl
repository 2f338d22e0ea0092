fragOutput0 = vec4(sceneFog(vertexColorVSOutput.rgb), vertexColorVSOutput.a);
