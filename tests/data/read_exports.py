# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a run file and what was exported from it with nothing but Python's own library, and compares every number.

read_exports.py RUN.lscope FOLDER: FOLDER holds tidy.csv, wide.csv, run.npz, run.json and events. Prints how many numbers
were equal, or the first that was not, with exit status 1. Written from the formats' own pages: SQLite, numpy's .npy,
RFC 4180, TensorFlow's records and protocol buffers.
"""
import ast
import collections
import csv
import io
import json
import math
import sqlite3
import struct
import sys
import zipfile
import zlib

CODES = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|u1": "B"}


def npy(blob):
    """(shape, flat values) of a .npy; rows of a structured one are tuples."""
    assert blob[:6] == b"\x93NUMPY", "no .npy"
    length = struct.unpack_from("<H", blob, 8)[0]
    header = ast.literal_eval(blob[10 : 10 + length].decode())
    assert not header["fortran_order"]
    data, kind = blob[10 + length :], header["descr"]
    if isinstance(kind, list):
        row = "<" + "".join(CODES[code] for _, code in kind)
        return header["shape"], list(struct.iter_unpack(row, data))
    return header["shape"], [value for (value,) in struct.iter_unpack("<" + CODES[kind], data)]


def same(a, b):
    return a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))


class Comparison:
    def __init__(self):
        self.count = 0

    def __call__(self, name, got, expected):
        got, expected = list(got), list(expected)
        if len(got) != len(expected):
            sys.exit(f"{name}: {len(got)} values, expected {len(expected)}")
        for i, (a, b) in enumerate(zip(got, expected)):
            if not same(a, b):
                sys.exit(f"{name}, value {i}: {a!r}, expected {b!r}")
        self.count += len(got)


def flat(rows):
    return [x for row in rows for x in flat(row)] if isinstance(rows, list) else [rows]


def from_json(value):
    return math.nan if value is None else float(value) if isinstance(value, str) else value


# Castagnoli's polynomial, reflected (RFC 3720, appendix B.4), bit by bit.
def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at : at + 8]), f"length checksum at {at}"
        body = data[at + 12 : at + 12 + length]
        assert len(body) == length, f"record at {at} is cut off"
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked(body), f"data checksum at {at}"
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def fields(data):
    """{number: [values]} of a message: ints, 8- and 4-byte strings, byte strings."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            length = {1: 8, 5: 4}[key & 7]
            value, at = data[at : at + length], at + length
        found.setdefault(key >> 3, []).append(value)
    return found


def double(blob):
    return struct.unpack("<d", blob)[0]


def float32(value):
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:  # IEEE rounds what is too large to infinity
        return math.copysign(math.inf, value)


def png(blob):
    """(width, height, channels, levels) of an 8-bit PNG, grey or RGB, filters undone."""
    at, packed = 8, b""
    while at < len(blob):
        (length,) = struct.unpack_from(">I", blob, at)
        kind, body = blob[at + 4 : at + 8], blob[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", blob, at + 8 + length)[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and color in (0, 2)
            channels = 3 if color == 2 else 1
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    size = width * channels
    raw, previous, levels = zlib.decompress(packed), bytes(size), []
    for y in range(height):
        line = raw[y * (size + 1) : (y + 1) * (size + 1)]
        row = bytearray(size)
        for x in range(size):
            left = x - channels
            a, b, c = (row[left] if left >= 0 else 0), previous[x], (previous[left] if left >= 0 else 0)
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[x] = (line[x + 1] + [0, a, b, (a + b) // 2, paeth][line[0]]) & 255
        levels += row
        previous = bytes(row)
    return width, height, channels, levels


def check_histogram(compare, name, blob, values):
    histogram = fields(blob)
    finite = [v for v in values if math.isfinite(v)]
    stated = [double(histogram[k][0]) for k in range(1, 6)]
    compare(name + " min, max, num", stated[:3], [min(finite), max(finite), float(len(finite))])
    for got, exact in zip(stated[3:], [math.fsum(finite), math.fsum(v * v for v in finite)]):
        if abs(got - exact) > 1e-9 * max(1, abs(exact)):
            sys.exit(f"{name}: sum {got}, expected {exact}")
    limits = [v for (v,) in struct.iter_unpack("<d", histogram[6][0])]
    counts = [v for (v,) in struct.iter_unpack("<d", histogram[7][0])]
    expected = [0.0] * len(limits)
    for value in finite:
        expected[next(k for k, limit in enumerate(limits) if value <= limit or k + 1 == len(limits))] += 1
    compare(name + " buckets", counts, expected)


def check_events(compare, path, scalars, arrays, pictures):
    events = [fields(body) for body in records(open(path, "rb").read())]
    assert events[0][3] == [b"brain.Event:2"], "no file version"
    got, texts, seen = {}, 0, set()
    for event in events[1:]:
        step = event.get(2, [0])[0]
        for blob in fields(event[5][0])[1]:
            value = fields(blob)
            tag = value[1][0].decode()
            if 2 in value:
                got.setdefault(tag, []).append((step, struct.unpack("<f", value[2][0])[0]))
            elif 5 in value:
                check_histogram(compare, f"histogram of {tag} at {step}", value[5][0], arrays[tag][step][1])
                seen.add((tag, step))
            elif 4 in value:
                image = fields(value[4][0])
                width, height, channels, levels = png(image[4][0])
                assert (image[1], image[2], image[3]) == ([height], [width], [channels])
                measure, _, number = tag.partition("/")  # one of a stack
                shape, values = arrays[measure][step]
                kind = {2: "picture", 3: "stack", 4: "colours"}[len(shape)]
                assert tuple(shape)[-2 - (channels == 3) :] == (height, width) + (3,) * (channels == 3)
                low, high = min(values), max(values)
                low, high = (0, 1) if low >= 0 and high <= 1 else (low, high)
                one = values[int(number or 0) * len(levels) :][: len(levels)]
                compare(f"image of {tag} at {step}", levels,
                        [math.floor(255 * (v - low) / (high - low) + 0.5) for v in one])
                pictures[measure, kind] += 1
            else:
                assert fields(fields(value[9][0])[1][0])[1] == [b"text"]
                texts += 1
    for tag, points in scalars.items():
        compare("events, steps of " + tag, [s for s, _ in got[tag]], [s for s, _ in points])
        compare("events, " + tag, [v for _, v in got[tag]], [float32(v) for _, v in points])
    assert set(got) == set(scalars) and texts == 1
    assert seen == {(tag, step) for tag in arrays for step in arrays[tag]}, "histograms are missing"
    assert pictures["weights", "stack"] == 2 and pictures["weights", "colours"] == 2 and pictures["weights", "picture"]
    assert {measure for measure, _ in pictures} == {"weights"}


def main(run, folder):
    compare = Comparison()
    base = sqlite3.connect(run)
    scalars, arrays = {}, {}
    for measure, blob in base.execute("SELECT measure, points FROM scalars ORDER BY measure, first_step"):
        scalars.setdefault(measure, []).extend(npy(blob)[1])
    for measure, step, blob in base.execute("SELECT measure, step, npy FROM arrays ORDER BY measure, step"):
        arrays.setdefault(measure, {})[step] = npy(blob)
    assert scalars and arrays

    with open(folder + "/tidy.csv", newline="") as file:
        assert file.readline().startswith("# learnscope {")
        rows = list(csv.DictReader(file))
    for measure, points in scalars.items():
        mine = [row for row in rows if row["measure"] == measure]
        compare("tidy CSV, steps", [int(row["step"]) for row in mine], [s for s, _ in points])
        compare("tidy CSV, " + measure, [float(row["value"]) for row in mine], [v for _, v in points])
    assert len(rows) == sum(map(len, scalars.values()))

    with open(folder + "/wide.csv", newline="") as file:
        file.readline()
        rows = list(csv.DictReader(file))
    for measure, points in scalars.items():
        mine = [(int(row["step"]), float(row[measure])) for row in rows if row[measure] != ""]
        compare("wide CSV, " + measure, [x for point in mine for x in point], [x for point in points for x in point])

    with zipfile.ZipFile(folder + "/run.npz") as members:
        member = {name[:-4]: npy(members.read(name)) for name in members.namelist()}
    for measure, points in scalars.items():
        compare("npz, " + measure, member[measure + "_step"][1] + member[measure + "_value"][1],
                [s for s, _ in points] + [v for _, v in points])
    for measure, steps in arrays.items():
        compare("npz, steps of " + measure, member[measure + "_step"][1], steps)
        if measure in member:
            compare("npz, " + measure, member[measure][1], [x for step in steps.values() for x in step[1]])
        else:
            for step, (shape, values) in steps.items():
                assert member[f"{measure}_{step}"][0] == shape
                compare(f"npz, {measure}", member[f"{measure}_{step}"][1], values)

    with open(folder + "/run.json") as file:
        whole = json.load(file)
    assert set(whole["scalars"]) == set(scalars) and set(whole["arrays"]) == set(arrays)
    for measure, points in scalars.items():
        compare("JSON, " + measure, whole["scalars"][measure]["step"] +
                [from_json(v) for v in whole["scalars"][measure]["value"]], [s for s, _ in points] + [v for _, v in points])
    for measure, steps in arrays.items():
        for entry in whole["arrays"][measure]:
            shape, values = steps[entry["step"]]
            assert tuple(entry["shape"]) == tuple(shape)
            narrow = float32 if entry["dtype"] == "<f4" else (lambda v: v)
            compare("JSON, " + measure, [narrow(from_json(v)) for v in flat(entry["values"])], values)
        assert len(whole["arrays"][measure]) == len(steps)
    journal = [(s, json.loads(c)) for s, c in base.execute("SELECT step, command FROM journal ORDER BY number")]
    assert [(e["step"], e["command"]) for e in whole["journal"]] == journal
    events = list(base.execute("SELECT name, step, detected FROM events ORDER BY number"))
    assert [(e["id"], e["step"], e["detected"]) for e in whole["events"]] == events

    check_events(compare, folder + "/events", scalars, arrays, collections.Counter())
    print(f"{compare.count} numbers are equal")


main(*sys.argv[1:])
