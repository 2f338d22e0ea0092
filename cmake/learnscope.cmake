# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler launcher, linker, warnings and sanitizers that every target of ours shares.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are cached only with these sloppiness flags. Depend mode spares a miss a second preprocessing.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_DEPEND=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(learnscope_options INTERFACE)
# GCC 12 reports -Wrestrict for `"text" + std::string` in its own headers (bug 105651).
target_compile_options(learnscope_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${LEARNSCOPE_WERROR}>:-Werror>
  # With precompiled headers GCC's heap starts full: without more room it collects garbage for a tenth of the time.
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1000000>)
# For code without hot loops: half of what a file full of JSON and command-line options costs is optimization.
add_library(learnscope_cold_options INTERFACE)
target_compile_options(learnscope_cold_options INTERFACE $<$<CONFIG:Release>:-O1>)
if(LEARNSCOPE_SANITIZE)
  add_compile_options(-fsanitize=${LEARNSCOPE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LEARNSCOPE_SANITIZE})
endif()

# Precompiled for the engine and the unit tests.
set(LEARNSCOPE_STD_HEADERS <algorithm> <cmath> <filesystem> <functional> <map> <memory> <optional> <span> <sstream> <string>
  <vector> <nlohmann/json.hpp>)

# Precompiled for widgets, app and their tests: what most of them include. None reaches OpenGL's headers, which GLEW must
# come before.
set(LEARNSCOPE_QT_HEADERS <QApplication> <QBoxLayout> <QComboBox> <QDialog> <QElapsedTimer> <QFileInfo> <QHeaderView>
  <QKeyEvent> <QLabel> <QLineEdit> <QLocale> <QMenu> <QPainter> <QPainterPath> <QPushButton> <QScrollArea> <QTimer>
  <QToolButton> <QToolTip> <nlohmann/json.hpp>)

# learnscope_sources(VAR DIR...): the .cpp and .h files below each DIR, found again at every build.
function(learnscope_sources var)
  set(found)
  foreach(dir IN LISTS ARGN)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.h)
    list(APPEND found ${files})
  endforeach()
  set(${var} ${found} PARENT_SCOPE)
endfunction()
