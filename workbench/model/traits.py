"""What a proposal's text says of it: its size, its program, and which of its lines came back."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from workbench.model.syntax import syntax_digest

Files = Mapping[str, bytes]
_MARK = 8
"""Characters of a line's mark: 48 bits, so that two lines hardly ever share one."""


class Traits(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Taken when a proposal arrives, so that nobody has to read its files again."""

    characters: int = 0
    """Length of its files, bytes."""
    lines: int = 0
    letters: str = ""
    """Which ASCII characters occur in it: bit n for character n, in hex."""
    syntax: str = ""
    """Digest of its files but for comments and layout (`workbench.model.syntax`)."""
    added: int = 0
    """Lines that none of its parents has, blank ones aside. A line that moved is none."""
    returned: int = 0
    """Those among them that are, byte for byte, lines which its lineage had removed before."""
    removed: str = ""
    """Marks of the lines that its first parent has and it has not, those known already aside."""

    @property
    def only_returns(self) -> bool:
        """Whether all that it adds was removed before."""
        return 0 < self.added == self.returned

    def marks(self) -> Iterator[str]:
        """Yield the marks of the lines it removed."""
        for at in range(0, len(self.removed), _MARK):
            yield self.removed[at : at + _MARK]


class Cycling(msgspec.Struct, frozen=True, gc=False):
    """How much of what a lineage's proposals add was removed before."""

    added: int = 0
    returned: int = 0
    proposals: int = 0
    """Proposals that brought back removed lines and added nothing else."""

    def __add__(self, traits: Traits) -> Cycling:
        return Cycling(
            self.added + traits.added,
            self.returned + traits.returned,
            self.proposals + traits.only_returns,
        )

    @property
    def share(self) -> float | None:
        """Share of the added lines that came back, 0..1; None where none was added."""
        return self.returned / self.added if self.added else None


def traits_of(
    files: Files, parents: Sequence[Files] = (), removed: Set[str] = frozenset()
) -> Traits:
    """Look at `files`, which were made from `parents`, in a lineage that has `removed` lines."""
    whole = b"".join(files.values())
    letters = 0
    for byte in set(whole):
        if byte < 128:
            letters |= 1 << byte
    added, gone = _changes(files, parents)
    fresh = sorted({mark for mark in map(mark_of, gone) if mark not in removed})
    return Traits(
        characters=len(whole),
        lines=whole.count(b"\n"),
        letters=f"{letters:x}",
        syntax=syntax_digest(files),
        added=added.total(),
        returned=sum(times for line, times in added.items() if mark_of(line) in removed),
        removed="".join(fresh),
    )


def mark_of(line: bytes) -> str:
    """Return the mark by which a lineage remembers a line."""
    return base64.urlsafe_b64encode(hashlib.blake2b(line, digest_size=6).digest()).decode()


def _changes(files: Files, parents: Sequence[Files]) -> tuple[Counter[bytes], Counter[bytes]]:
    """Return the lines that no parent has, and those of the first parent that are gone."""
    if not parents:
        return Counter(), Counter()
    own, before = _counted(files), [_counted(parent) for parent in parents]
    added = own.copy()
    for each in before:
        added = Counter({x: min(n, own[x] - each[x]) for x, n in added.items()})
    return +added, before[0] - own


def _counted(files: Files) -> Counter[bytes]:
    """Count every line that is not blank."""
    return Counter(line for data in files.values() for line in data.splitlines() if line.strip())
