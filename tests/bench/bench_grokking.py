#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grokking lab's training step against the same work in PyTorch, interleaved, one thread, measures off.

  bench_grokking.py BENCH_GROKKING [--rounds 3] [--cases 23 31 47 59 97 paper]

Prints a table of medians over the rounds (CPU ms per step) and their ratios; exit status 1 if a limit of the house is
broken at p = 97, or if a step allocates. Without PyTorch (package python3-torch) the ratios are skipped: exit status 77.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_OF_CLOSED, MOST_OF_DENSE, LIMITED_CASE = 0.75, 0.5, "97"


def python_with_torch():
    """This interpreter, or the system's, whichever has torch."""
    for python in (sys.executable, "/usr/bin/python3"):
        probe = subprocess.run([python, "-c", "import torch"], capture_output=True, check=False)
        if probe.returncode == 0:
            return python
    return None


def lines_of(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_grokking: {command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", nargs="+", default=["23", "31", "47", "59", "97", "paper"])
    args = parser.parse_args()
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    python = python_with_torch()
    ours, peers = {name: [] for name in args.cases}, {name: [] for name in args.cases}
    for _ in range(args.rounds):
        for name in args.cases:
            ours[name] += lines_of([args.program, name])
            if python:
                peers[name] += lines_of([python, os.path.join(HERE, "peer_grokking.py"), name])

    broken = []
    print(f"{'case':>6} {'ours ms':>9} {'GFLOP/s':>8} {'closed ms':>10} {'dense ms':>9} {'/closed':>8} {'/dense':>7} {'allocations':>12}")
    for name in args.cases:
        ms = statistics.median(line["ms"] for line in ours[name])
        gflops = statistics.median(line["gflops"] for line in ours[name])
        allocations = max(line["allocations"] for line in ours[name])
        if allocations:
            broken.append(f"{name}: {allocations} heap allocations in the timed steps, none allowed")
        row = f"{name:>6} {ms:>9.3f} {gflops:>8.1f}"
        if python:
            closed = statistics.median(line["closed"] for line in peers[name])
            dense = statistics.median(line["dense"] for line in peers[name])
            row += f" {closed:>10.3f} {dense:>9.3f} {ms / closed:>8.3f} {ms / dense:>7.3f}"
            if name == LIMITED_CASE and ms > MOST_OF_CLOSED * closed:
                broken.append(f"{name}: {ms / closed:.3f} of the closed-form loop, at most {MOST_OF_CLOSED}")
            if name == LIMITED_CASE and ms > MOST_OF_DENSE * dense:
                broken.append(f"{name}: {ms / dense:.3f} of the dense autograd loop, at most {MOST_OF_DENSE}")
        else:
            row += f" {'-':>10} {'-':>9} {'-':>8} {'-':>7}"
        print(f"{row} {allocations:>12}")
    print(f"kernels: {ours[args.cases[0]][0]['kernels']}; float32, one thread, medians of {args.rounds} interleaved rounds")
    for line in broken:
        print("BROKEN", line)
    if broken:
        sys.exit(1)
    if not python:
        print("SKIPPED the comparison: no PyTorch here; install the package python3-torch")
        sys.exit(77)


if __name__ == "__main__":
    main()
