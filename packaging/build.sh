#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, then configures and builds in build/: packaging/build.sh TARGET [CMAKE OPTION ...]
set -eu
cd "$(dirname "$0")/.."
target=$1
shift
packaging/deps.sh >&2

# At most one compiler a core, and one per 1.5 GB of memory: the larger sources need that much.
memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
jobs=$(nproc)
[ "$memory" -ge "$jobs" ] || jobs=$((memory > 1 ? memory : 1))

if [ ! -f build/build.ninja ] || [ $# -gt 0 ]; then
  mkdir -p build
  cmake --preset release "$@" >build/configure.log 2>&1 || { cat build/configure.log >&2; exit 1; }
fi
nice ninja -C build -j "$jobs" --quiet "$target" >&2
