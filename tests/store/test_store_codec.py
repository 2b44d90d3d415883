"""Blobs: what goes in comes out, once, and smaller where a base helps."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from journals import opening

from workbench.model.candidate import digest_of
from workbench.store import Blob, Reader, SessionLock, Store, create
from workbench.store.codec import Packer, Stored, unpack

PROGRAM = "".join(
    f"def step_{n}(x, y):\n    return x * {n * n + 17} + y ** {n} - {n * 7919 % 1013}\n\n"
    for n in range(40)
).encode()


@given(data=st.binary(max_size=3000), base=st.none() | st.binary(max_size=3000))
def test_any_content_survives_packing(data: bytes, base: bytes | None) -> None:
    packer = Packer(lambda digest: None)
    if base is not None:
        packer.pack(Blob(base))
    packed = packer.pack(Blob(data, None if base is None else digest_of(base)))
    if packed is None:
        assert data == base
        return
    assert packed.size == len(data)
    assert len(packed.data) <= len(data)
    assert unpack(packed.codec, packed.data, packed.size, base if packed.base else None) == data


@settings(max_examples=20, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 119), st.text("abc+*", max_size=8), st.integers(0, 6)), max_size=12
    )
)
async def test_chains_of_edits_read_back_from_the_file(edits: list[tuple[int, str, int]]) -> None:
    texts = [PROGRAM]
    blobs = [Blob(PROGRAM)]
    for line, text, parent in edits:
        lines = texts[parent % len(texts)].splitlines(keepends=True)
        lines[line % len(lines)] = f"    {text}\n".encode()
        texts.append(b"".join(lines))
        blobs.append(Blob(texts[-1], digest_of(texts[parent % len(texts[:-1])])))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "s"
        half = len(blobs) // 2
        await create(directory, opening(), blobs[:half])
        with SessionLock(directory) as lock:
            async with Store.open(lock) as store:
                for blob in blobs[half:]:
                    store.submit(blobs=[blob], elapsed=0.0)
        with Reader(directory) as reader:
            assert sorted(reader.digests()) == sorted({digest_of(text) for text in texts})
            for text in texts:
                stored = reader.find(digest_of(text))
                assert stored is not None
                assert stored.data == text
                if stored.base is not None:
                    root = reader.find(stored.base)
                    assert root is not None
                    assert root.base is None, "reading must never take more than two rows"


def test_an_edit_costs_a_small_part_of_its_text() -> None:
    packer = Packer(lambda digest: None)
    alone = packer.pack(Blob(PROGRAM))
    edited = packer.pack(Blob(PROGRAM.replace(b"+ y", b"- y", 1), digest_of(PROGRAM)))
    assert alone is not None
    assert edited is not None
    assert edited.base == digest_of(PROGRAM)
    assert len(edited.data) < 0.2 * len(alone.data)


def test_a_base_that_does_not_help_or_does_not_exist_is_not_used() -> None:
    packer = Packer(lambda digest: None)
    packer.pack(Blob(PROGRAM))
    noise = random.Random(1).randbytes(2000)
    for base in (digest_of(PROGRAM), digest_of(b"unknown")):
        packed = packer.pack(Blob(noise + base.encode(), base))
        assert packed is not None
        assert (packed.codec, packed.base) == ("plain", None)


def test_a_base_further_back_than_the_cache_is_asked_for() -> None:
    asked: list[str] = []

    def find(digest: str) -> Stored | None:
        asked.append(digest)
        return Stored(PROGRAM, None) if digest == digest_of(PROGRAM) else None

    packer = Packer(find)
    packed = packer.pack(Blob(PROGRAM + b"# more\n", digest_of(PROGRAM)))
    assert packed is not None
    assert packed.base == digest_of(PROGRAM)
    assert packer.pack(Blob(PROGRAM)) is None, "it is stored already"
    assert asked.count(digest_of(PROGRAM)) == 1
