"""A task: instruction, initial files, verifier, direction, limits. Readers live in `formats`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.model.candidate import digest_of, digest_of_files
from workbench.model.limits import Limits
from workbench.model.verdict import Direction


class Resources(msgspec.Struct, frozen=True):
    """What one evaluation may use."""

    candidate_seconds: float = 30.0
    """Wall time of the candidate's run."""
    verifier_seconds: float = 60.0
    """Wall time of the verifier's run."""
    cpus: float = 1.0
    memory_bytes: int = 1 << 30
    disk_bytes: int = 256 << 20


class Image(msgspec.Struct, frozen=True):
    """What a container of the task is made from: an image by name, or the files of a build."""

    name: str = ""
    """An image that the container engine has or can fetch; empty when it is built."""
    context: dict[str, bytes] = msgspec.field(default_factory=dict)
    """Relative path -> content, with a ``Dockerfile`` at the top; empty when it is named."""
    workdir: str = ""
    """The directory whose content programs start from, and may change; empty: there is none."""


class Task(msgspec.Struct, frozen=True):
    """One problem to optimise, independent of the directory format it came in."""

    name: str
    title: str
    instruction: str
    files: dict[str, bytes]
    """The initial working directory: relative path -> content; editable files included."""
    editable: tuple[str, ...]
    run: tuple[str, ...]
    """Command that runs the candidate in its working directory. Empty in ``call`` where the
    workbench's own server answers for the first editable file, and in ``shared``."""
    outputs: tuple[str, ...]
    """Files, relative to the working directory, that the command must leave; only in ``output``."""
    verifier: dict[str, bytes]
    """Trusted verifier files: path relative to ``/tests`` -> content."""
    verify: tuple[str, ...]
    """Command that scores, run in a sandbox of its own (in ``shared``: in the only one)."""
    direction: Direction
    score_name: str = "score"
    unit: str = ""
    category: str = ""
    baseline: float | None = None
    best_known: float | None = None
    best_known_source: str = ""
    bound: float | None = None
    """A score that no answer can pass."""
    bound_source: str = ""
    score_tolerance: float | None = None
    """By how much a score may pass `best_known` or `bound` without a word."""
    verification: str = "output"
    """How candidate and verifier are kept apart: ``output``, ``call`` or ``shared``."""
    repeats: int = 1
    """Verifications that confirm a new best. More than 1 says that equal files may score apart."""
    metrics: tuple[str, ...] | None = None
    """The metrics a verifier may report; None lets it report any."""
    score_range: tuple[float, float] | None = None
    """The lowest and the highest score a feasible candidate can have."""
    image: Image | None = None
    """What both programs' containers are made from; None where this machine's Python will do."""
    verifier_image: Image | None = None
    """What the verifier's container is made from, where it is another."""
    handed: tuple[str, ...] = ()
    """Absolute paths that a script leaves to tests in a second container. Only in ``shared``, as
    the tests may run what they are left; empty where one sandbox is for both."""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    """Variables of both programs."""
    python: str = "python3"
    """The interpreter of Python programs for which nobody has written a command."""
    shown: tuple[str, ...] = ()
    """Directories of this machine that its programs must see: an interpreter's, say."""
    resources: Resources = Resources()
    budget: Limits = Limits()
    python_packages: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    """Metrics that tell kinds of candidates apart, rather than good from bad."""
    format: str = "harbor"
    """Of the directory, for whoever reads its files again."""
    bundle: dict[str, bytes] = msgspec.field(default_factory=dict)
    """The task directory itself, path -> content: what travels with a session."""

    @property
    def digest(self) -> str:
        """Identity of the whole task directory."""
        return _digest(self.bundle)

    @property
    def verifier_digest(self) -> str:
        """Identity of the verifier's files, recorded in every verdict."""
        return _digest(self.verifier)

    @property
    def needs_image(self) -> bool:
        """Whether only a sandbox made of containers can verify it."""
        return self.image is not None

    @property
    def confirms(self) -> bool:
        """Whether a new best is verified again, from nothing, before it is believed."""
        return self.verification == "shared" or self.repeats > 1

    @property
    def initial(self) -> dict[str, bytes]:
        """The editable files as the task ships them: the first candidate."""
        return {path: self.files[path] for path in self.editable}


def _digest(files: Mapping[str, bytes]) -> str:
    return digest_of_files({path: digest_of(data) for path, data in files.items()})
