#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy on the sources that differ from a commit (default: the one before the last). Needs a configured build/.
set -eu
cd "$(dirname "$0")/.."
since=${1:-HEAD~1}
git rev-parse --quiet --verify "$since^{commit}" >/dev/null || exit 0  # a shallow clone knows nothing older

# GCC's precompiled headers and some of its flags mean nothing to clang.
mkdir -p build/tidy
sed -E 's/ -(Winvalid-pch|Werror|Wno-restrict)//g; s/ -include [^ ]*cmake_pch\.hxx//g' build/compile_commands.json \
  >build/tidy/compile_commands.json
git diff --name-only --diff-filter=d "$since" -- 'engine/*.cpp' 'widgets/*.cpp' 'app/*.cpp' |
  xargs -r -n 1 -P 2 clang-tidy -p build/tidy --quiet --header-filter=^$ --warnings-as-errors='*'
