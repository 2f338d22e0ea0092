#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and runs the default tests; arguments go to ctest. Needs no display.
# LEARNSCOPE_WERROR=ON makes warnings errors.
set -eu
cd "$(dirname "$0")/.."
if [ -n "${LEARNSCOPE_WERROR:-}" ]; then
  packaging/build.sh all "-DLEARNSCOPE_WERROR=$LEARNSCOPE_WERROR"
else
  packaging/build.sh all
fi
export QT_QPA_PLATFORM=offscreen LP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
ctest --test-dir build -j 2 --output-on-failure --label-exclude 'claims|bench' "$@"

echo 'Slowest tests, in seconds:'
sort -k 3 -rn build/Testing/Temporary/CTestCostData.txt 2>/dev/null | awk 'NF == 3 { printf "  %7.2f  %s\n", $3, $1 }' | head -n 12
