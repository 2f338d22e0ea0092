#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and starts Learnscope with these arguments. With no arguments and no display it trains the
# grokking lab headless instead and leaves a run file, a figure and a picture of the 3D view in the current folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/packaging/build.sh" learnscope
learnscope=$root/build/bin/learnscope

if [ $# -gt 0 ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$learnscope" "$@"
fi

echo 'No display: training the grokking lab without a window.'
name=grokking number=1
while [ -e "$name.lscope" ]; do
  number=$((number + 1))
  name=grokking-$number
done
export LP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
"$learnscope" run grokking --out "$name.lscope"
"$learnscope" render "$name.lscope" --view accuracy --out "$name-accuracy.pdf" --force
"$learnscope" render "$name.lscope" --view carousel --width 160 --height 120 --out "$name-3d.png" --force
echo "The run:      $PWD/$name.lscope"
echo "The figure:   $PWD/$name-accuracy.pdf"
echo "The 3D view:  $PWD/$name-3d.png"
