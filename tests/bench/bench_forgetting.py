#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forgetting lab against the same work in PyTorch, interleaved, one thread.

  bench_forgetting.py BENCH_FORGETTING [--rounds 5]

Prints medians over the rounds in CPU ms; exit status 1 if a limit is broken: a training step at most 0.5 of PyTorch's (batch
32 and 64), three tasks of 300 updates with evaluation after every update at most 0.7. Without PyTorch (package python3-torch)
the ratios are skipped: exit status 77.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIMITS = {("step32", "peer32"): 0.5, ("step64", "peer64"): 0.5, ("run", "peerRun"): 0.7}


def python_with_torch():
    """This interpreter, or the system's, whichever has torch."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def milliseconds(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_forgetting: {command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
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
        rounds.append(milliseconds([args.program, "step32", "step64", "run"]))
        if python:
            rounds[-1].update(milliseconds([python, os.path.join(HERE, "peer_forgetting.py")]))
    median = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    for name, value in median.items():
        print(f"{name:>8} {value:10.3f} ms")
    if not python:
        return 77
    status = 0
    for (own, peer), most in LIMITS.items():
        ratio = statistics.median(each[own] / each[peer] for each in rounds)
        print(f"{own:>8} {ratio:10.3f} of PyTorch's, at most {most}")
        if ratio > most:
            print(f"BROKEN: {own}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
