"""Score a C function for edit distances by the instructions it executes.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)
Needs gcc 12 or newer for x86-64 with its libc headers, and valgrind; Python's library alone.

The Levenshtein distance (V. I. Levenshtein 1966) by dynamic programming takes n m steps, one for
each cell of a table (R. A. Wagner and M. J. Fischer 1974); in a band fewer (E. Ukkonen 1985), and
with the columns as bits of words n m / 64 (G. Myers 1999). The score is instructions per cell, over
all pairs of texts below. They are counted by valgrind's cachegrind, which executes the program
itself, one instruction after another: equal programs have equal counts.

Why the count can be believed. The kernel runs in one process with what calls it, so everything
rests on what the kernel can do there:

- `language` admits a part of C without pointers, text, floats, recursion, preprocessor and compiler
  extensions: no address can be formed, and no function be called but the kernel's own by its name;
- `toolchain` compiles it with checks of every index, shift and division that end the program
  (-fsanitize=..., -fsanitize-undefined-trap-on-error), with wrapping arithmetic and variables that
  begin as 0. It is this program, checks included, that is counted: there is no second build in
  which something undefined could turn out otherwise. So the kernel reads and writes its own
  variables and the two texts, and nothing else; it cannot even name the memory of the harness or of
  valgrind;
- it makes no system call and has no library: the program is linked from kernel.c and harness.c
  alone;
- expected distances are not in that process, results are compared here, and nothing that the kernel
  writes is read but four bytes per pair.

What remains: an error in gcc's checks or in valgrind. Environment, memory, file size and time are
limited all the same.
"""

import random
import struct
import sys
import tempfile
from pathlib import Path

import language
import toolchain
from answers import Refused, Scored, broken, main, read_bytes

OUTPUT = "kernel.c"
MOST_BYTES = 32_768
LONGEST = 256  # as in prelude.h
SEED = 52_501
BEST_KNOWN = 0.6312  # instructions per cell; task.toml names the source
SHOWN = 5  # lines of the kernel named in the feedback

Pair = tuple[bytes, bytes]


def changed(text: bytes, share: float, letters: bytes, rng: random.Random) -> bytes:
    """Return the text after so many random insertions, deletions and replacements."""
    found = bytearray(text)
    for _ in range(round(share * len(text))):
        at, letter = rng.randrange(len(found) + 1), rng.choice(letters)
        kind = rng.randrange(3)
        if kind == 0 and len(found) < LONGEST:
            found.insert(at, letter)
        elif kind == 1 and at < len(found):
            del found[at]
        elif at < len(found):
            found[at] = letter
    return bytes(found)


def make_pairs() -> list[Pair]:
    """Return the pairs: similar texts, less similar ones, unrelated ones, and odd ones."""
    rng = random.Random(SEED)
    few, many = b"ACGT", bytes(range(256))
    pairs = []
    for letters, share, count in (
        (few, 0.05, 6),
        (few, 0.2, 6),
        (few, 0.5, 4),
        (many, 0.1, 4),
        (many, 0.6, 2),
    ):
        for _ in range(count):
            text = bytes(rng.choice(letters) for _ in range(rng.randrange(90, LONGEST + 1)))
            pairs.append((text, changed(text, share, letters, rng)))
    for _ in range(4):
        sizes = rng.randrange(60, LONGEST + 1), rng.randrange(60, LONGEST + 1)
        one, other = (bytes(rng.choice(few) for _ in range(size)) for size in sizes)
        pairs.append((one, other))
    full = bytes(rng.choice(few) for _ in range(LONGEST))
    pairs += [(b"", b""), (b"", full), (full, b""), (b"A", full), (full, full), (b"A", b"C")]
    pairs += [(full[:64], full[1:65]), (full[:65], full[2:130]), (full, full[128:] + full[:128])]
    rng.shuffle(pairs)
    return pairs


def distance(one: bytes, other: bytes) -> int:
    """Return the Levenshtein distance, by Myers' algorithm in one long integer."""
    if not one or not other:
        return len(one) + len(other)
    places: dict[int, int] = {}
    for at, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << at
    everything, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    up, down, found = everything, 0, len(one)
    for letter in other:
        equal = places.get(letter, 0)
        diagonal = (((equal & up) + up) ^ up) | equal | down
        right_up = (down | ~(diagonal | up)) & everything
        right_down = up & diagonal
        found += bool(right_up & last) - bool(right_down & last)
        right_up = (right_up << 1 | 1) & everything
        right_down = (right_down << 1) & everything
        up = (right_down | ~(diagonal | right_up)) & everything
        down = right_up & diagonal
    return found


def packed(pairs: list[Pair]) -> bytes:
    """Return the pairs as harness.c reads them."""
    return b"".join(
        struct.pack("<HH", len(one), len(other))
        + one.ljust(LONGEST, b"\0")
        + other.ljust(LONGEST, b"\0")
        for one, other in pairs
    )


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`."""
    try:
        source = read_bytes(app / OUTPUT, MOST_BYTES).decode("ascii")
        language.check(source)
    except UnicodeDecodeError as error:
        raise Refused(f"{OUTPUT} holds a byte that is not ASCII, number {error.start}") from None
    except language.NotAllowed as problem:
        raise Refused(f"{OUTPUT} uses what kernels may not use: {problem}") from None
    pairs = make_pairs()
    try:
        with tempfile.TemporaryDirectory() as folder:
            program = toolchain.build(source, Path(folder))
            counted = toolchain.count(program, packed(pairs), Path(folder))
    except toolchain.Failed as problem:
        raise Refused(f"{OUTPUT}: {problem}") from None
    if len(counted.output) != 4 * len(pairs):
        raise Refused(f"{len(counted.output) // 4} distances came, not {len(pairs)}")
    found = struct.unpack(f"<{len(pairs)}i", counted.output)
    wrong = [
        (abs(have - want), f"pair {at} (lengths {len(one)} and {len(other)}): {have}, not {want}")
        for at, ((one, other), have) in enumerate(zip(pairs, found, strict=True))
        if have != (want := distance(one, other))
    ]
    if wrong:
        return broken(wrong)
    cells = sum(len(one) * len(other) for one, other in pairs)
    version = toolchain.gcc_version()
    record = {
        "reward": counted.instructions / cells,
        "feasible": 1,
        "instructions": counted.instructions,
        "cells": cells,
        "gcc_version": version[0] * 10_000 + version[1] * 100 + version[2],
    }
    return record, praise(record, counted, source, version)


def praise(
    record: dict[str, float], counted: toolchain.Counted, source: str, version: tuple[int, ...]
) -> str:
    """Say how good a right kernel is, and on which of its lines the instructions are."""
    text = source.split("\n")
    inside = max(1, sum(counted.lines.values()))
    order = sorted(counted.lines, key=lambda line: -counted.lines[line])[:SHOWN]
    compiler = f"gcc {'.'.join(map(str, version))}; other versions differ"
    lines = [
        f"{record['reward']:.4f} instructions per cell (smaller is better, best {BEST_KNOWN}).",
        f"{counted.instructions:,} instructions for {record['cells']:,} cells ({compiler}).",
        "Most instructions:",
    ]
    for line in order:
        words = text[line - 1].strip()[:60] if 0 < line <= len(text) else ""
        lines.append(f"- line {line}, {100 * counted.lines[line] / inside:.1f}%: {words}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    lacking = toolchain.missing()
    if lacking:
        sys.exit(f"this machine lacks {lacking}: kernels cannot be scored here")
    main(score)
