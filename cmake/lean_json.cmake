# SPDX-License-Identifier: GPL-3.0-or-later
# nlohmann/json without its literals: we use none, and the body of one makes every file that includes the header
# instantiate the whole parser, a third of a second each time. Without a change to make, the header is used as it is.
get_target_property(json_folders nlohmann_json::nlohmann_json INTERFACE_INCLUDE_DIRECTORIES)
find_file(json_header nlohmann/json.hpp PATHS ${json_folders} NO_CACHE REQUIRED)
file(READ ${json_header} json_text)
string(REGEX REPLACE "JSON_HEDLEY_NON_NULL\\(1\\)\ninline nlohmann::json(::json_pointer)? operator *\"\" *_json[^}]*}\n" ""
       json_lean "${json_text}")
string(REGEX REPLACE "using nlohmann::literals::json_literals::operator *\"\" *_json[^\n]*\n" "\n" json_lean "${json_lean}")
if(NOT json_lean STREQUAL json_text)
  set(json_folder ${CMAKE_BINARY_DIR}/lean_json)
  set(json_known)
  if(EXISTS ${json_folder}/nlohmann/json.hpp)
    file(READ ${json_folder}/nlohmann/json.hpp json_known)
  endif()
  if(NOT json_known STREQUAL json_lean)
    file(WRITE ${json_folder}/nlohmann/json.hpp "${json_lean}")
  endif()
  include_directories(BEFORE SYSTEM ${json_folder})
endif()
