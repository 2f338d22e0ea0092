#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy on the sources that differ from a commit (default: the one before the last). Needs a configured build/.
set -eu
cd "$(dirname "$0")/.."
since=${1:-HEAD~1}
git rev-parse --quiet --verify "$since^{commit}" >/dev/null || exit 0  # a shallow clone knows nothing older
changed=$(git diff --name-only --diff-filter=d "$since" -- 'engine/*.cpp' 'widgets/*.cpp' 'app/*.cpp')
[ -n "$changed" ] || exit 0
count=$(printf '%s\n' "$changed" | wc -l)
if [ "$count" -gt 40 ] && [ $# -eq 0 ]; then
  echo "clang-tidy: $count files differ from $since, a quarter of a minute each; look at them with packaging/tidy.sh $since"
  exit 0
fi

# GCC's precompiled headers and some of its flags mean nothing to clang.
mkdir -p build/tidy
sed -E 's/ -(Winvalid-pch|Werror|Wno-restrict|-param=ggc-min-heapsize=[0-9]+)//g; s/ -include [^ ]*cmake_pch\.hxx//g' build/compile_commands.json \
  >build/tidy/compile_commands.json
printf '%s\n' "$changed" |
  xargs -n 1 -P 2 clang-tidy -p build/tidy --quiet '--header-filter=^$' --warnings-as-errors='*'
