# SPDX-License-Identifier: GPL-3.0-or-later
# Writes OUTPUT, a C++ file that holds the text of every file in FILES under its base name.
set(body "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${hex}")
  # String literals have a length limit: cut into pieces of 256 bytes, which the compiler joins again.
  string(REGEX REPLACE "((\\\\x..)(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?)" "\"\\1\"\n" text "${text}")
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  string(APPEND body "  if (id == \"${name}\") return std::string_view(${text}\"\", ${length});\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"engine/core/lab.h\"\nnamespace learnscope {\nstd::string_view embeddedPage([[maybe_unused]] std::string_view id) {\n${body}  return {};\n}\n}  // namespace learnscope\n")
