"""Auditing a session: its file, its digests, its anomalies, and its bests verified again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

import sandbox
from sandbox import Backend, SandboxUnavailable
from workbench.analysis import anomalies
from workbench.analysis.whole import is_simulated
from workbench.engine.launch import Launch, backend_for, interpreter_for
from workbench.formats.error import TaskError
from workbench.formats.read import parse
from workbench.model.candidate import Candidate, digest_of_files
from workbench.model.session import Session
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.propose.edit.evolve import divide, keep_fixed
from workbench.propose.edit.outcome import Unapplicable
from workbench.store import Reader
from workbench.store.inspect import Inspected, inspect
from workbench.verify.check.finding import Check, fail, ok, skip, warn
from workbench.verify.interpreter import applied
from workbench.verify.verifier import Verifier

SHOWN = 8
"""Details of one check that are listed."""


async def audit(path: Path, launch: Launch, repeats: int) -> AsyncIterator[Check]:
    """Yield what each check of the session at `path` came to, as soon as it did.

    The bests are verified `repeats` times each, in sandboxes opened for that one run, on the
    backend and with the interpreter of `launch`. Raises `StoreError` where the journal cannot be
    read, and `ValueError` where something of this machine must be named first.
    """
    found = await asyncio.to_thread(inspect, path)
    with Reader(path) as reader:
        contents = _Contents(reader, found)
        for check in _file(found):
            yield check
        task, check = await asyncio.to_thread(_task, contents, found.session)
        yield check
        yield _candidates(contents, found.session)
        yield await asyncio.to_thread(_files, contents, found.session)
        for check in _journal(found.session):
            yield check
        async for check in _again(contents, found.session, task, launch, repeats):
            yield check


class _Contents:
    """What the session stores, as far as it is there and whole."""

    def __init__(self, reader: Reader, found: Inspected) -> None:
        self._reader = reader
        self.sound = set(reader.digests()) - set(found.broken)
        """Digests of all content that can be had."""

    def get(self, digest: str) -> bytes | None:
        """Return content, or None where it is lost or broken."""
        return self._reader.blob(digest) if digest in self.sound else None

    def files(self, named: Mapping[str, str]) -> tuple[dict[str, bytes], list[str]]:
        """Return files by their digests, and the paths of those that cannot be had."""
        lost = [path for path, digest in named.items() if digest not in self.sound]
        kept = {path: self.get(digest) for path, digest in named.items()}
        return {path: data for path, data in kept.items() if data is not None}, lost


def _file(found: Inspected) -> Iterator[Check]:
    if found.integrity:
        yield fail("file", "SQLite finds it damaged", found.integrity)
    elif found.derived:
        said = "tables that lists are read from do not follow from the journal"
        yield fail("file", f"{said}: {', '.join(found.derived)}")
    else:
        yield ok("file", f"sound; {found.session.seq} records, and the tables follow from them")
    if found.broken:
        said = f"{len(found.broken)} of {found.blobs} contents do not match their digests"
        yield fail("contents", said, _some([digest[:16] for digest in found.broken]))
    else:
        yield ok("contents", f"{found.blobs}, each matches its digest")


def _task(contents: _Contents, session: Session) -> tuple[Task | None, Check]:
    """Return the task that travelled with the session, and what came of checking it."""
    facts = session.facts
    bundle, lost = contents.files(facts.task_files)
    if lost:
        return None, fail("task", "files of its bundle are not in the session", _some(lost))
    if digest_of_files(facts.task_files) != facts.task_digest:
        return None, fail("task", "its bundle does not have the digest that the session recorded")
    try:
        task, _ = parse(bundle, facts.task, facts.task_format)
    except TaskError as error:
        return None, fail("task", f"its bundle cannot be read: {error}")
    if task.verifier_digest != facts.verifier_digest:
        return task, fail("task", "its verifier does not have the digest that the session recorded")
    strange = anomalies.strange_verifiers(session)
    if strange:
        said = f"{len(strange)} verdicts are of another verifier"
        return task, fail("task", said, _some(strange))
    verifier = facts.verifier_digest[:16]
    return task, ok("task", f"bundle {facts.task_digest[:16]}, verifier {verifier} in all verdicts")


def _candidates(contents: _Contents, session: Session) -> Check:
    """Check that every candidate's files are there and have the digest that it is known by."""
    wrong = []
    for candidate in session.candidates.values():
        if digest_of_files(candidate.files) != candidate.digest:
            wrong.append(f"#{candidate.id}: its files do not have its digest")
        named = [*candidate.files.values(), *candidate.prompt, *filter(None, [candidate.reply])]
        if candidate.verdict is not None:
            named += _named(candidate.verdict)
        lost = [digest[:12] for digest in named if digest not in contents.sound]
        if lost:
            wrong.append(f"#{candidate.id}: the session lacks {', '.join(lost)}")
    if wrong:
        return fail("candidates", f"{len(wrong)} are not what they were", _some(wrong))
    return ok("candidates", f"{len(session.candidates)}, each with its files and its digest")


def _named(verdict: Verdict) -> list[str]:
    texts = (verdict.feedback, verdict.stdout, verdict.stderr)
    return [*filter(None, texts), *verdict.artifacts.values()]


def _files(contents: _Contents, session: Session) -> Check:
    """Check that no candidate changed what it must leave alone."""
    wrong = anomalies.touched(session)
    initial = session.initial
    if not wrong and initial is not None:
        for path, digest in initial.files.items():
            data = contents.get(digest)
            if data is None or divide(data) is None:
                continue
            for candidate in session.candidates.values():
                new = contents.get(candidate.files[path])
                try:
                    keep_fixed(data, data if new is None else new)
                except Unapplicable as error:
                    wrong.append(f"#{candidate.id}: {path}: {error}")
    if wrong:
        return fail("touched files", "candidates that change what is fixed", _some(wrong))
    return ok("touched files", "no candidate holds other files, or changes fixed text")


def _journal(session: Session) -> Iterator[Check]:
    doubtful = anomalies.doubtful(session)
    if doubtful:
        yield warn("scores", "too good to be believed unseen", _some(doubtful))
    else:
        yield ok("scores", "none at or past a bound, none past the best known")
    jumps = [
        f"#{x.candidate} gained {x.gain:.6g}, the other {x.bests} new bests {x.others:.6g} together"
        for x in anomalies.jumps(session)
    ]
    if jumps:
        yield warn("jumps", "one step gained more than all others together", _some(jumps))
    else:
        yield ok("jumps", "no step gained more than all others together")
    apart = anomalies.contradictions(session)
    if apart:
        yield warn("repeats", "equal files were not judged equally", _some(apart))
    else:
        yield ok("repeats", "equal files were judged equally, as far as any were judged twice")
    bare = anomalies.unisolated(session)
    if is_simulated(session):
        yield skip("isolation", "a simulation: no program was run")
    elif bare:
        said = f"{len(bare)} candidates were verified without isolation, or nobody knows in what"
        yield warn("isolation", said, _some(bare))
    else:
        shared = session.facts.verification == "shared"
        word = "; `shared`: the verifier loads the candidate" if shared else ""
        yield ok("isolation", f"every verdict names its tier{word}")


async def _again(
    contents: _Contents, session: Session, task: Task | None, launch: Launch, repeats: int
) -> AsyncIterator[Check]:
    """Verify the bests of session and lineages again, each run in sandboxes of its own."""
    bests = _bests(session)
    if is_simulated(session):
        yield skip("again", "a simulation: there is nothing to verify")
    elif task is None:
        yield skip("again", "without its task nothing can be verified")
    elif not bests:
        yield skip("again", "nothing feasible yet")
    else:
        own = await asyncio.to_thread(interpreter_for, launch, session.facts.python)
        if own is not None:
            task = applied(task, own)
        name = backend_for(launch, session.facts.sandbox)
        backend = sandbox.backend(name, image=task.needs_image)
        for candidate, whose in bests:
            files, lost = contents.files(candidate.files)
            if lost:
                said = f"the session lacks files of the best of {whose}"
                yield fail(f"again #{candidate.id}", said, _some(lost))
                continue
            yield await _verified(task, backend, candidate, whose, files, repeats)


def _bests(session: Session) -> list[tuple[Candidate, str]]:
    """Return the bests, each once, with whose they are; the session's first."""
    found: dict[int, list[str]] = {}
    if session.best is not None:
        found[session.best] = ["the session"]
    for lineage in session.lineages.values():
        if lineage.best is not None:
            found.setdefault(lineage.best, []).append(lineage.name)
    return [(session.candidates[number], ", ".join(whose)) for number, whose in found.items()]


async def _verified(
    task: Task,
    backend: Backend,
    candidate: Candidate,
    whose: str,
    files: dict[str, bytes],
    repeats: int,
) -> Check:
    name = f"again #{candidate.id}"
    recorded = candidate.verdict
    assert recorded is not None  # a best has one
    said: list[Verdict] = []
    try:
        for _ in range(repeats):
            async with Verifier(task, backend, warm=False) as fresh:
                said.append((await fresh.verify(files)).verdict)
    except (SandboxUnavailable, ValueError) as error:
        return skip(name, f"the best of {whose} could not be verified: {error}")
    return _judged(name, task, whose, recorded, said)


def _judged(name: str, task: Task, whose: str, recorded: Verdict, said: Sequence[Verdict]) -> Check:
    details = tuple(f"{anomalies.told(x)}: {x.message}" for x in said)
    if any(x.outcome is Outcome.INFRASTRUCTURE for x in said):
        return skip(name, f"the machine kept the best of {whose} from being verified")
    before = anomalies.told(recorded)
    if any(x.outcome is not recorded.outcome for x in said):
        return fail(name, f"the best of {whose} was {before}, and is no longer", details)
    if all(anomalies.agree(recorded, x) for x in said):
        return ok(name, f"the best of {whose}, {before}, {len(said)} times in fresh sandboxes")
    scores = [x.score for x in (*said, recorded) if x.score is not None]
    if not all(anomalies.agree(said[0], x) for x in said):
        spread = f"{min(scores):.10g} to {max(scores):.10g}"
        noisy = " (the task says it is noisy)" if task.repeats > 1 else ""
        return warn(name, f"the best of {whose} is not deterministic: {spread}{noisy}", details)
    return fail(name, f"the best of {whose} was {before}, and scores otherwise now", details)


def _some(found: Sequence[str]) -> tuple[str, ...]:
    rest = len(found) - SHOWN
    return (*found[:SHOWN], *([f"and {rest} more"] if rest > 0 else []))
