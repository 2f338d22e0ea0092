#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages that building, running and testing Learnscope need: only those that are missing, with apt-get,
# as root or through sudo. Does nothing when all are there. This is the one list of them.
set -eu

packages='
  cmake ninja-build g++ ccache mold pkg-config
  qt6-base-dev qt6-svg-dev qt6-tools-dev qt6-l10n-tools qt6-image-formats-plugins
  libvtk9-dev libqcustomplot-dev libegl-dev libegl1 libgl1-mesa-dri
  libtorch-dev libopenblas-dev libopenblas0-pthread libeigen3-dev libspectra-dev nlohmann-json3-dev
  libsqlite3-dev libpng-dev libjpeg-dev zlib1g-dev libzstd-dev libcli11-dev libspdlog-dev
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libavfilter-dev
  xvfb xauth poppler-utils librsvg2-bin ffmpeg python3-numpy clang-format clang-tidy'

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
missing=
for package in $packages; do
  printf '%s\n' "$installed" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=env
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  as_root='sudo env'
else
  echo "These packages are missing and cannot be installed without root or sudo:$missing" >&2
  echo "Ask an administrator to run: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

echo "Installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of words
$as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
