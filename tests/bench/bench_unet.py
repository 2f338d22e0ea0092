#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The concept-space lab's training and sampler step against the same work in PyTorch, one thread, in turns.

  bench_unet.py BENCH_UNET [--rounds 3]

Exit status 1 if either takes more than 0.7 of PyTorch's CPU time; 77 without PyTorch (package python3-torch).
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 0.7


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with_torch = [p for p in (sys.executable, "/usr/bin/python3")
                  if subprocess.run([p, "-c", "import torch"], capture_output=True, check=False).returncode == 0]
    if not with_torch:
        print("bench_unet: PyTorch is not installed (python3-torch)")
        return 77
    own, peer = [], []
    for _ in range(options.rounds):
        own.append(json.loads(subprocess.run([options.program], capture_output=True, text=True, check=True).stdout))
        peer.append(json.loads(subprocess.run([with_torch[0], os.path.join(HERE, "peer_unet.py")],
                                              capture_output=True, text=True, check=True).stdout))
    broken = False
    for name in ("step", "sample"):
        mine, theirs = (statistics.median(run[name] for run in runs) for runs in (own, peer))
        broken |= mine > MOST * theirs
        print(f"{name:8} {mine:7.3f} ms, PyTorch {theirs:7.3f} ms, ratio {mine / theirs:.3f} (at most {MOST})")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
