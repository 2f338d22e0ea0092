#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rich-lazy lab against the same training step in PyTorch, interleaved, one thread.

  bench_rich_lazy.py BENCH_RICH_LAZY [--rounds 5]

Prints medians over the rounds in CPU ms; exit status 1 if a limit is broken: a step at most 0.4 of PyTorch's, 1500 steps of
one net with measures at most 1200 ms, the kernel of 32 trials at N = 300 at most 100 ms. Without PyTorch (package
python3-torch) the ratio is skipped: exit status 77.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_OF_PEER, MOST_RUN, MOST_KERNEL = 0.4, 1200, 100


def python_with_torch():
    """This interpreter, or the system's, whichever has torch."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def milliseconds(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_rich_lazy: {command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return {line["case"]: line["ms"] for line in map(json.loads, done.stdout.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    python = python_with_torch()
    rounds = []
    for _ in range(args.rounds):
        rounds.append(milliseconds([args.program, "step", "run", "kernel"]))
        if python:
            rounds[-1].update(milliseconds([python, os.path.join(HERE, "peer_rich_lazy.py")]))
    median = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    for name, value in median.items():
        print(f"{name:>8} {value:10.3f} ms")
    broken = []
    if python:
        ratio = median["step"] / median["peer"]
        print(f"   ratio {ratio:10.3f} of PyTorch's step")
        if ratio > MOST_OF_PEER:
            broken.append(f"a step takes {ratio:.2f} of PyTorch's, at most {MOST_OF_PEER}")
    if median["run"] > MOST_RUN:
        broken.append(f"1500 steps with measures take {median['run']:.0f} ms, at most {MOST_RUN}")
    if median["kernel"] > MOST_KERNEL:
        broken.append(f"the kernel takes {median['kernel']:.0f} ms, at most {MOST_KERNEL}")
    for line in broken:
        print("BROKEN:", line)
    if broken:
        return 1
    return 0 if python else 77


if __name__ == "__main__":
    sys.exit(main())
