fragOutput0 = vec4(sceneFog(sceneShade(vertexColorVSOutput.rgb, normalVCVSOutput)), vertexColorVSOutput.a);
