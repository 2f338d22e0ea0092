#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the window from inside and its step rate against the headless program, interleaved.

  bench_window.py PROGRAM [--seconds 60] [--rounds 2] [--lab grokking] [--set group=97] [--platform offscreen]

Prints one JSON object; exit status 1 if a limit of the house is broken.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

LIMITS = {"usableSeconds": 1.5, "firstPointSeconds": 1.0, "openingLongestMilliseconds": 100, "busyP99Milliseconds": 33,
          "busyLongestMilliseconds": 100}
LEAST_RATIO = 0.85


def value_of(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def window(args, folder):
    values = dict(pair.split("=", 1) for pair in args.set)
    text_values = {key: value if key == "group" else value_of(value) for key, value in values.items()}
    environment = dict(os.environ, LEARNSCOPE_DATA=folder, LEARNSCOPE_BENCH=str(args.seconds), LEARNSCOPE_BENCH_LAB=args.lab,
                       LEARNSCOPE_BENCH_SET=json.dumps(text_values), OPENBLAS_NUM_THREADS="1", LP_NUM_THREADS="1")
    if args.platform:
        environment["QT_QPA_PLATFORM"] = args.platform
    done = subprocess.run([args.program], env=environment, capture_output=True, text=True, timeout=args.seconds + 120)
    if done.returncode != 0:
        sys.exit(f"bench_window: the window ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def headless_rate(args, folder):
    """Steps a second of `run`, from two lengths, so that start and end do not count."""
    def seconds(steps):
        command = [args.program, "run", args.lab, "--steps", str(steps), "--out", os.path.join(folder, f"{steps}.lscope")]
        for pair in args.set:
            command += ["--set", pair]
        start = time.monotonic()
        subprocess.run(command, check=True, capture_output=True, env=dict(os.environ, OPENBLAS_NUM_THREADS="1"))
        os.remove(command[command.index("--out") + 1])
        return time.monotonic() - start

    short, long = args.steps // 4, args.steps
    return (long - short) / (seconds(long) - seconds(short))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4000, help="of the headless run")
    parser.add_argument("--lab", default="grokking")
    parser.add_argument("--set", action="append", default=None)
    parser.add_argument("--platform", default="", help="QT_QPA_PLATFORM, e.g. offscreen")
    args = parser.parse_args()
    args.set = args.set or ["group=97"]
    windows, rates = [], []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder:
            windows.append(window(args, folder))
            rates.append(headless_rate(args, folder))
    # The first start also warms the page cache: the best of the rounds is the warm one.
    result = {key: min(each[key] for each in windows) for key in LIMITS}
    for name in ("openingLongestMilliseconds", "busyLongestMilliseconds"):
        result[name] = max(each[name] for each in windows)
    result["busyP99Milliseconds"] = max(each["busyP99Milliseconds"] for each in windows)
    result["windowStepsPerSecond"] = sum(each["stepsPerSecond"] for each in windows) / len(windows)
    result["headlessStepsPerSecond"] = sum(rates) / len(rates)
    result["ratio"] = result["windowStepsPerSecond"] / result["headlessStepsPerSecond"]
    result["refreshesPerSecond"] = sum(each["refreshesPerSecond"] for each in windows) / len(windows)
    if all("sceneFramesPerSecond" in each for each in windows):
        result["sceneFramesPerSecond"] = min(each["sceneFramesPerSecond"] for each in windows)
    broken = [f"{key} {result[key]:.3g} > {limit}" for key, limit in LIMITS.items() if result[key] > limit]
    if result["ratio"] < LEAST_RATIO:
        broken.append(f"ratio {result['ratio']:.3g} < {LEAST_RATIO}")
    result["broken"] = broken
    print(json.dumps(result, indent=1))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
