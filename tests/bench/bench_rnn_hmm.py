#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RNN-HMM lab's training step and fixed points against the same work in PyTorch, interleaved, one thread.

  bench_rnn_hmm.py BENCH_RNN_HMM [--rounds 3]

Prints medians of CPU times and their ratios; exit status 1 if a limit of the house is broken. Without PyTorch (package
python3-torch) the ratios are skipped: exit status 77.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_OF_CLOSED, MOST_OF_AUTOGRAD, MOST_SECONDS, LEAST_SPEEDUP, LEAST_REFRESHES = 0.45, 0.35, 1.2, 10, 15


def python_with_torch():
    """This interpreter, or the system's, whichever has torch."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_rnn_hmm: {command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    python, peer, broken = python_with_torch(), os.path.join(HERE, "peer_rnn_hmm.py"), []
    with tempfile.TemporaryDirectory() as folder:
        said(args.program, "double-well", folder)
        ours = {"step": [], "points": [], "flow": [], "live": []}
        theirs = {"closed": [], "autograd": [], "points": []}
        for _ in range(args.rounds):
            ours["step"].append(said(args.program, "step")["ms"])
            ours["flow"].append(said(args.program, "flow")["ms"])
            live = said(args.program, "live")
            ours["live"].append(live["perSecond"])
            print(f"flow field while training: {live}")
            found = said(args.program, "fixed-points", folder)
            ours["points"].append(found["seconds"])
            if python:
                step = said(python, peer, "step")
                theirs["closed"].append(step["closed"])
                theirs["autograd"].append(step["autograd"])
        if python:
            adam = said(python, peer, "fixed-points", folder)
            theirs["points"].append(adam["seconds"])
    ms, seconds, flow, live = (statistics.median(ours[key]) for key in ("step", "points", "flow", "live"))
    print(f"training step {ms:.2f} CPU ms; flow field 32x32 with measured steps {flow:.1f} CPU ms; "
          f"{live:.1f} refreshes a second while training")
    print(f"fixed points of 1024 starts {seconds:.3f} CPU s: {found}")
    if live < LEAST_REFRESHES:
        broken.append(f"flow field {live:.1f} times a second while training, at least {LEAST_REFRESHES}")
    if seconds > MOST_SECONDS:
        broken.append(f"fixed points {seconds:.2f} s, at most {MOST_SECONDS}")
    if found["unsolved"]:
        broken.append(f"{found['unsolved']} starts are neither fixed nor slow")
    if python:
        for name, most in (("closed", MOST_OF_CLOSED), ("autograd", MOST_OF_AUTOGRAD)):
            median = statistics.median(theirs[name])
            print(f"PyTorch step ({name}) {median:.2f} CPU ms, ratio {ms / median:.3f}")
            if ms > most * median:
                broken.append(f"step is {ms / median:.2f} of the {name} loop, at most {most}")
        print(f"joint Adam {adam['seconds']:.2f} CPU s, {adam['iterations']} iterations, {adam['solved']} of 1024 at q < 1e-12; "
              f"ours is {adam['seconds'] / seconds:.1f} times faster")
        if adam["seconds"] < LEAST_SPEEDUP * seconds:
            broken.append(f"fixed points {adam['seconds'] / seconds:.1f} times faster, at least {LEAST_SPEEDUP}")
    for text in broken:
        print("broken:", text)
    sys.exit(1 if broken else 0 if python else 77)


if __name__ == "__main__":
    main()
