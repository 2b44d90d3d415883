"""The C kernel: counted right, and no way from it to anything but its own variables."""

import random
import sys
import tempfile
from pathlib import Path

import pytest
from bundled import TASKS, Scored, figures_differ, initial, judge, lacking, reference
from test_tasks_rejections import rejected

TASK = "edit-distance-kernel"
sys.path.insert(0, str(TASKS / TASK / "tests"))
import language  # noqa: E402  (the task's own modules)
import toolchain  # noqa: E402

sys.path.pop(0)

BASE = initial(TASK)["kernel.c"].decode()
GOOD = reference(TASK)["kernel.c"].decode()
needs_tools = pytest.mark.skipif(bool(lacking(TASK)), reason=lacking(TASK))
Pair = tuple[bytes, bytes]


def put(text: str, folder: Path) -> Scored:
    return judge(TASK, text.encode("latin-1"), folder)


def by_table(one: bytes, other: bytes) -> int:
    """The distance by the whole table, row by row."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j - 1] + (a != b), before[j] + 1, row[j - 1] + 1))
    return row[-1]


def counted(source: str, pairs: list[Pair]) -> toolchain.Counted:
    language.check(source)
    sent = b"".join(
        b"".join(len(text).to_bytes(2, "little") for text in pair)
        + b"".join(text.ljust(256, b"\0") for text in pair)
        for pair in pairs
    )
    with tempfile.TemporaryDirectory() as folder:
        program = toolchain.build(source, Path(folder))
        return toolchain.count(program, sent, Path(folder))


def any_pairs(count: int) -> list[Pair]:
    rng = random.Random(count)
    letters = [b"ab", b"ACGT", bytes(range(256)), b"\0\xff"]
    pairs = []
    for _ in range(count):
        some = rng.choice(letters)
        sizes = rng.choice([(1, 8), (60, 70), (120, 135), (250, 256)])
        one, other = (bytes(rng.choice(some) for _ in range(rng.randint(*sizes))) for _ in range(2))
        pairs.append(rng.choice([(one, other), (one, one[3:] + other[:3]), (other[:40], one)]))
    return pairs


@needs_tools
@pytest.mark.parametrize("source", [BASE, GOOD], ids=["initial", "reference"])
def test_distances_are_those_of_the_whole_table(source: str) -> None:
    pairs = any_pairs(60)
    found = memoryview(counted(source, pairs).output).cast("i").tolist()
    assert found == [by_table(*pair) for pair in pairs]


@needs_tools
def test_the_expected_distances_are_those_of_the_whole_table(tmp_path: Path) -> None:
    """A kernel that is off by one where three words are needed fails for those pairs alone."""
    head = "static int three_words(int start, int end, int rows) {"
    assert head in GOOD
    scored = put(GOOD.replace(head, head + " rows++;"), tmp_path)
    rejected(scored, "hard constraints are broken")
    assert 4 <= scored.reward["violations"] <= 20
    assert "(lengths 1" in scored.feedback
    wrong = put("int distance(int n, int m) { return n + m; }", tmp_path)
    rejected(wrong, "hard constraints are broken")
    assert wrong.reward["violations"] > 20


@needs_tools
def test_instructions_are_counted_one_by_one() -> None:
    """A loop of a known number of turns: the difference between two counts is the turns'."""
    text = "int distance(int n, int m) {{ int s = 0; for (int i = 0; i < {}; i++) {} return s; }}"
    body = "{ s += first[i & 255]; s ^= s >> 3; }"
    pairs = [(b"abc", b"abd")]
    few, more, most = (
        counted(text.format(turns, body), pairs).instructions for turns in (1000, 2000, 6000)
    )
    assert 5 <= (more - few) / 1000 <= 12
    assert most - more == 4 * (more - few)
    once = counted(GOOD, any_pairs(5)).instructions
    assert counted(GOOD, any_pairs(5)).instructions == once


@needs_tools
def test_the_figures_are_those_of_the_compiler_they_were_made_with(tmp_path: Path) -> None:
    if reason := figures_differ(TASK):
        pytest.skip(reason)
    assert put(GOOD, tmp_path).reward["instructions"] == 535916
    scored = put(BASE, tmp_path)
    assert scored.reward["instructions"] == 40364976
    assert "best = table[(i - 1) * ROW" in scored.feedback


def test_a_machine_without_the_tools_is_named_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(toolchain.shutil, "which", lambda tool: None)
    assert toolchain.missing().startswith("gcc and valgrind (install ")


HEAD = "int distance(int n, int m) {"
ESCAPES = {
    "address of a variable": f"{HEAD} int x = 0; long a = (long) &x; return a; }}",
    "address in an expression": f"{HEAD} int x = 1; return (int) &x + 1; }}",
    "address after return": f"{HEAD} int x = 1; return &x; }}",
    "pointer variable": f"{HEAD} int *p = 0; return *p; }}",
    "pointer in a list": f"{HEAD} int x = 0, *p = 0; return x; }}",
    "const pointer": f"{HEAD} const char *const p = 0; return 0; }}",
    "number to pointer": f"{HEAD} return *(int *) 4096; }}",
    "pointer parameter": f"static int f(int *p) {{ return 0; }} {HEAD} return 0; }}",
    "array parameter": f"static int f(int p[4]) {{ return p[9]; }} {HEAD} return f(0); }}",
    "const array parameter": f"static int f(int const p[4]) {{ return 0; }} {HEAD} return f(0); }}",
    "function parameter": f"static int f(int g(int)) {{ return g(1); }} {HEAD} return f(0); }}",
    "abstract parameter": f"static int f(int [4]); {HEAD} return 0; }}",
    "old-style parameter": f"static int f(p) int p[4]; {{ return p[1]; }} {HEAD} return f(0); }}",
    "array by name": f"static int t[4]; {HEAD} long a = (long) t; return t[0] + a; }}",
    "array plus": f"static int t[4]; {HEAD} return *(t + 9) + t[0]; }}",
    "index first": f"static int t[4]; {HEAD} return n[t] + t[0]; }}",
    "index of a sum": f"static int t[4]; {HEAD} return (t + 4)[9]; }}",
    "array of arrays": f"static int t[4][4]; {HEAD} return t[1][9]; }}",
    "array without a size": f"static int t[]; {HEAD} return t[9]; }}",
    "extern array": f"extern int t[4]; {HEAD} return t[9]; }}",
    "function by name": f"static int f(void) {{ return 1; }} {HEAD} return f() + (f != 0); }}",
    "function plus": f"static int f(void) {{ return 1; }} {HEAD} return (f + 3)(); }}",
    "declared in parentheses": f"{HEAD} int x, (f)(int); return f + 1; }}",
    "pointer to function": f"{HEAD} int (*f)(void) = 0; return f(); }}",
    "call of a value": f"{HEAD} return (n)(); }}",
    "label's address": f"{HEAD} a: return (long) &&a; }}",
    "computed goto": f"{HEAD} goto *n; }}",
    "text": f'{HEAD} return "abc"[n]; }}',
    "compound literal": f"{HEAD} return (int[2]){{1, 2}}[n]; }}",
    "initialiser by index": f"static int t[4] = {{[2] = 1}}; {HEAD} return t[0]; }}",
    "structure": f"struct s {{ int t[4]; }}; {HEAD} return 0; }}",
    "union": f"union u {{ long a; }}; {HEAD} return 0; }}",
    "typedef": f"typedef int t[4]; {HEAD} return 0; }}",
    "named enumeration": f"enum e {{ A }}; {HEAD} return 0; }}",
    "float": f"{HEAD} double x = 1; return x; }}",
    "floating number": f"{HEAD} return 1.5; }}",
    "asm": f'{HEAD} asm("nop"); return 0; }}',
    "underscored asm": f"{HEAD} __asm__(1); return 0; }}",
    "builtin": f"{HEAD} return __builtin_popcount(n); }}",
    "attribute": f"__attribute__((constructor)) static void f(void) {{}} {HEAD} return 0; }}",
    "other attribute": f"[[gnu::constructor]] static void f(void) {{}} {HEAD} return 0; }}",
    "generic": f"{HEAD} return _Generic(n, int: 1); }}",
    "include": f"#include <stdio.h>\n{HEAD} return 0; }}",
    "hash in a digraph": f"%:include <stdio.h>\n{HEAD} return 0; }}",
    "bracket in a digraph": f"static int t<:4:>; {HEAD} return t<:0:>; }}",
    "trigraph": f"??=include <stdio.h>\n{HEAD} return 0; }}",
    "pragma": f"_Pragma(1) {HEAD} return 0; }}",
    "line continued": f"// a \\\n{HEAD} return 0; }}",
    "sizeof": f"{HEAD} return sizeof n; }}",
    "volatile": f"static volatile int v; {HEAD} return v; }}",
    "recursion": f"{HEAD} return n ? distance(n - 1, m) : 0; }}",
    "mutual recursion": f"static int f(int n) {{ return distance(n, 1); }} {HEAD} return f(n); }}",
    "prototype": f"static int f(int n); {HEAD} return f(n); }} static int f(int n) {{ return n; }}",
    "a function of the library": f"{HEAD} return abs(n); }}",
    "statement expression": f"{HEAD} return ({{ n; }}); }}",
    "control character": f"{HEAD} return 0;\f }}",
    "not ASCII": f"{HEAD} return 0; }} // \xe9",
    "dollar": f"{HEAD} int a$b = 1; return 0; }}",
}


@pytest.mark.parametrize("case", ESCAPES)
def test_what_could_form_an_address_is_not_in_the_language(case: str) -> None:
    with pytest.raises(language.NotAllowed):
        language.check(ESCAPES[case])


@needs_tools
@pytest.mark.parametrize("case", ["number to pointer", "builtin", "include", "not ASCII"])
def test_such_a_kernel_is_refused_with_the_line(case: str, tmp_path: Path) -> None:
    rejected(put(ESCAPES[case], tmp_path), "kernel.c ")


FINE = [
    "static int x = (1 + 2) * 3, t[(1 + 1) * 2] = {(1), (2)}; " + HEAD + " return x + t[n & 3]; }",
    "static int t[4] = {1, 2, 3, 4}; " + HEAD + " return t[n & 3] & m; }",
    HEAD + " long x = (long) n * m; return (int) (x & 255) & 'a'; }",
    HEAD + " int i = 0; while (i++ < n) { m = i++ & 3; m ^= ~n & -m; } return m; }",
    HEAD + " switch (n) { case 1: return 2; default: break; } goto end; end: return 0; }",
    "enum { A = 3, B = A * 2 }; static const int t[A * B] = {0}; " + HEAD + " return t[A]; }",
    "static inline int f(void) { return 1; } " + HEAD + " return f() * f() && n; }",
]


@needs_tools
@pytest.mark.parametrize("source", [*FINE, BASE, GOOD])
def test_what_is_in_the_language_compiles(source: str, tmp_path: Path) -> None:
    language.check(source)
    assert toolchain.build(source, tmp_path).is_file()


STOPPED = {
    "constant index": f"static int t[4]; {HEAD} t[5] = n; return t[0]; }}",
    "the end": f"static int t[4]; {HEAD} return t[4]; }}",
    "the end by a variable": f"static int t[4]; {HEAD} return t[n - n + 4]; }}",
    "unsigned index": f"static int t[4]; {HEAD} return t[18446744073709551615ul - n]; }}",
    "index of one byte": f"static int t[4]; {HEAD} signed char c = -1; return t[c]; }}",
    "product that wraps": f"static long t[4]; {HEAD} long k = 1l << 61; return t[k * (n + 1)]; }}",
    "index": f"static int t[4]; {HEAD} t[n + 4] = 1; return 0; }}",
    "negative index": f"static int t[4]; {HEAD} return t[-1 - n]; }}",
    "far index": f"static int t[4]; static long k; {HEAD} k = n + 99; return t[k << 40]; }}",
    "index of the text": f"{HEAD} return first[256 + n]; }}",
    "index of a local array": f"{HEAD} int t[4] = {{n}}; t[n + m + 5] = 1; return t[0]; }}",
    "index that changes on the way": (
        f"static int t[4]; static int k; static int f(void) {{ k = 1 << 20; return 1; }} {HEAD}"
        " k = 0; t[k] = f(); t[k] = f(); return 0; }"
    ),
    "shift": f"{HEAD} return 1 << (n + m + 32); }}",
    "division": f"{HEAD} return m / (n - n); }}",
}


@needs_tools
@pytest.mark.parametrize("case", STOPPED)
def test_a_check_ends_the_program(case: str, tmp_path: Path) -> None:
    rejected(put(STOPPED[case], tmp_path), "a check stops it after ")


@needs_tools
def test_indices_that_are_unsequenced_reach_nothing_outside(tmp_path: Path) -> None:
    """Which index counts is not defined, but the checked one is the used one."""
    source = (
        "static int before[4], t[4], after[4]; static int k;"
        "static int f(void) { k = k ? 0 : 1000; return 7; }" + HEAD + " k = 0;"
        " for (int i = 0; i < 4; i++) t[k] = f();"
        " for (int i = 0; i < 4; i++) { if (before[i] || after[i]) return -1; } return 0; }"
    )
    try:
        found = memoryview(counted(source, [(b"a", b"b")]).output).cast("i").tolist()
    except toolchain.Failed as problem:
        assert "a check stops it" in str(problem)  # noqa: PT017
    else:
        assert found == [0]


@needs_tools
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "it does not compile: "),
        (HEAD, "it does not compile: kernel.c:1:"),
        (f"{HEAD} return x; }}", "'x' undeclared"),
        (f"{HEAD} }}", "it does not compile: "),
        (f"{HEAD} int t[n + 1]; return t[0]; }}", "it does not compile: "),
        (f"{HEAD} int t[4000]; t[n] = 1; return t[m]; }}", "frame size"),
        ("int distances(int n, int m) { return 0; }", "undefined reference to `distance'"),
        (f"void run(void) {{ }} {HEAD} return 0; }}", "multiple definition of `run'"),
        (f"unsigned char first[300]; {HEAD} return 0; }}", "conflicting types"),
        (f"static char t[1 << 30]; {HEAD} t[n] = 1; t[m << 21] = 1; return t[n]; }}", "ends with"),
        (f"static int t[1 << 28] = {{1}}; {HEAD} return t[n]; }}", "it does not compile: "),
        (f"{HEAD} for (;;) n++; return n; }}", "runs longer than 4 seconds"),
        (f"{HEAD} return '''; }}", "begins nothing that is allowed"),
        ("/" * 40_000, "larger than 32768 bytes"),
    ],
)
def test_kernels_that_do_not_run(source: str, reason: str, tmp_path: Path) -> None:
    scored = put(source, tmp_path)
    rejected(scored, reason)
    assert len(scored.feedback) < 1000
