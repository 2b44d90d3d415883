from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutation_support import Playground

from workbench.propose.mutation.program import read_program
from workbench.propose.mutation.tokens import numbers_in


@pytest.mark.parametrize(
    ("path", "text", "values"),
    [
        ("a.c", '#define N 8\n#include <x2.h>\n/* 9 */ int k = 4; // 5\nchar *s = "6";', [8, 4]),
        ("a.c", "x = a - 2; y = -3; z = a-1; c = '7'; w = 0x1F; v = 0755;", [2, -3, 1]),
        ("a.cpp", "const double r = 0.5f; auto u = 10ull; auto m = 1'000;", [0.5, 10]),
        ("a.rs", "let x: f64 = 2.5_f64; fn f<'a>(y: &'a str) -> u8 { 3u8 }", [2.5, 3]),
        ("a.json", '{"gap": -0.1, "list": [1, 2e3], "text": "4", "on": true}', [-0.1, 1, 2000.0]),
        (
            "a.toml",
            "gap = 1.5 # 2\nday = 2024-01-02\nv = \"1.2.3\"\nraw = '7'\nn = 1_000",
            [1.5, 1000],
        ),
        ("a.yaml", "rate: 0.25\nversion: 1.2.3\ntime: 10:20:30\n", [0.25]),
        ("a.js", "const a = 3; // 4\nlet t = `5 ${6}`; s = '7'", [3]),
        ("a.lua", "x = 2 -- 3\n--[[ 4\n5 ]] y = 6", [2, 6]),
        ("a.f90", "x = 1.5 ! 2\n", [1.5]),
        ("a.unknown", "k2 = 3 # 4\nw = 5 // 6\n", [3, 5]),
        ("a.py", "def f(:\n  '''1\n2''' # 3\n  x = 4 + \"5\"", [4]),
        ("a.c", "int a[] = {1, 2}; return -1;", [1, 2, -1]),
    ],
)
def test_numbers_stand_outside_comments_strings_and_names(
    path: str, text: str, values: list[float]
) -> None:
    data = text.encode()
    found = list(numbers_in(path, data))
    assert [one.value for one in found] == values
    for one in found:
        assert float(data[one.span.start : one.span.end].replace(b"_", b"")) == one.value


@given(st.sampled_from(["a.c", "a.py", "a.json", "a.toml", "a.zz"]), st.binary(max_size=80))
def test_any_bytes_can_be_searched(path: str, data: bytes) -> None:
    for one in numbers_in(path, data):
        assert 0 <= one.span.start < one.span.end <= len(data)


def test_names_and_constants_of_other_languages() -> None:
    program = read_program(
        {
            "a.c": b"#define RINGS 3\nstatic const double gap = 0.5;\nint f() { return 2 * 4; }\n"
            b"double w = 7.0; // tunable\n",
            "b.json": b'{"wall": {"gap": 0.1}, "sizes": [1, 2]}',
        }
    )
    assert [(each.name, each.value) for each in program.tunable] == [
        ("RINGS", 3),
        ("gap", 0.5),
        ("w", 7.0),
        ("gap", 0.1),
        ("sizes", 1),
        ("sizes#1", 2),
    ]
    assert [each.value for each in program.inner] == [2, 4]


async def test_other_files_stay_as_they_are() -> None:
    files = {"a.c": b"static const int K = 5;\n", "b.bin": bytes(range(32)) + b"\xff\xfe"}
    ground = Playground(files, lambda files: 0.0)
    for _ in range(10):
        made = await ground.step()
        text = ground.texts[made.id]
        assert text["b.bin"] == files["b.bin"]
        assert text["a.c"].startswith(b"static const int K = ")


async def test_new_minus_sign_does_not_meet_another() -> None:
    """`x - 1` must not become `x --2` in C, where that is another operator."""
    ground = Playground({"a.c": b"int f(int x) { return x - 0; }\n"}, lambda files: 0.0)
    texts = [ground.texts[(await ground.step()).id]["a.c"] for _ in range(8)]
    assert not any(b"--" in text or b"- -" in text for text in texts)
    assert any(b"- (-" in text for text in texts)
