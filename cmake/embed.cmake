# SPDX-License-Identifier: GPL-3.0-or-later
# Writes OUTPUT, a C++ file that holds the text of every file in FILES under its base name.
set(body "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  # One literal a line of 32 bytes, which the compiler joins again: a single literal has a length limit.
  string(REGEX REPLACE "(................................................................)" "\\1\"\n\"" text "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${text}")
  string(APPEND body "  if (id == \"${name}\") return std::string_view(\"${text}\", ${length});\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"engine/core/lab.h\"\nnamespace learnscope {\nstd::string_view embeddedPage([[maybe_unused]] std::string_view id) {\n${body}  return {};\n}\n}  // namespace learnscope\n")
