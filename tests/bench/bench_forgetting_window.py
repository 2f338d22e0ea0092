#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forgetting lab's default run live in the window against the same run without one, interleaved.

  bench_forgetting_window.py PROGRAM [--rounds 3] [--steps 900] [--set method=er] [--platform offscreen]

Prints one JSON object: wall seconds from play to the last step with the default views and with every view of the lab open,
those of `run` less the program's bare start, and their ratios; and with every view the longest time the window was busy
while it opened them and while it trained, and p99 of the latter, ms (medians over the rounds). Exit status 1 where a ratio
exceeds 3 or the window was busy longer than the house allows.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

LIMITS = {"defaultViewsRatio": 3, "everyViewRatio": 3, "openingLongestMilliseconds": 100, "busyP99Milliseconds": 33,
          "busyLongestMilliseconds": 100}


def value_of(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def window(args, folder, every_view):
    values = {key: value_of(value) for key, value in (pair.split("=", 1) for pair in args.set)}
    environment = dict(os.environ, LEARNSCOPE_DATA=folder, LEARNSCOPE_BENCH="1", LEARNSCOPE_BENCH_LAB="forgetting",
                       LEARNSCOPE_BENCH_SET=json.dumps(values), LEARNSCOPE_BENCH_STEPS=str(args.steps),
                       OPENBLAS_NUM_THREADS="1", LP_NUM_THREADS="1")
    if every_view:
        environment["LEARNSCOPE_BENCH_ALL_VIEWS"] = "1"
    if args.platform:
        environment["QT_QPA_PLATFORM"] = args.platform
    done = subprocess.run([args.program], env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"bench_forgetting_window: the window ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def seconds_of(command):
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ, OPENBLAS_NUM_THREADS="1"))
    return time.monotonic() - start


def headless(args, folder):
    command = [args.program, "run", "forgetting", "--steps", str(args.steps), "--out", os.path.join(folder, "run.lscope")]
    for pair in args.set:
        command += ["--set", pair]
    return seconds_of(command) - seconds_of([args.program, "--version"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--platform", default="", help="QT_QPA_PLATFORM, e.g. offscreen")
    args = parser.parse_args()
    rounds = []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder:
            alone = headless(args, folder)
            shown, every = window(args, folder, False), window(args, folder, True)
        rounds.append({"headlessSeconds": alone, "defaultViewsSeconds": shown["runSeconds"],
                       "everyViewSeconds": every["runSeconds"],
                       "defaultViewsRatio": shown["runSeconds"] / alone, "everyViewRatio": every["runSeconds"] / alone,
                       **{key: every[key] for key in LIMITS if key.endswith("Milliseconds")}})
    result = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    result["broken"] = [key for key, most in LIMITS.items() if result[key] > most]
    print(json.dumps(result, indent=1))
    sys.exit(1 if result["broken"] else 0)


if __name__ == "__main__":
    main()
