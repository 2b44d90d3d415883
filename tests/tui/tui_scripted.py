"""A scripted session: a hand-made journal, a feed that replays it, a control that records."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Mapping

from workbench.display.opener import (
    Field,
    Glance,
    OpenFailed,
    OpenMode,
    Preview,
    SessionRow,
    TaskRow,
    Words,
)
from workbench.engine.command import AnyCommand, Reply
from workbench.engine.feed import Live, Update
from workbench.model import event as ev
from workbench.model.candidate import digest_of, digest_of_files
from workbench.model.event import AnyEvent, Record
from workbench.model.limits import Limits, Spend
from workbench.model.session import Session
from workbench.model.verdict import Direction, Outcome, Verdict

FILE = "kernel.py"
START = 1_790_000_000.0


class Journal:
    """Writes a journal by hand; every method appends one record and returns it."""

    def __init__(self, **facts: object) -> None:
        self.records: list[Record] = []
        self.blobs: dict[str, bytes] = {}
        self.elapsed = 0.0
        self.candidate = 0
        settings: dict[str, object] = {
            "format": 1,
            "version": "0",
            "task": "matmul-tile",
            "title": "matmul-tile",
            "task_digest": "t",
            "task_files": {},
            "verifier_digest": "v",
            "direction": Direction.MAXIMIZE,
            "seed": 1,
            "limits": Limits(evaluations=400, usd=5.0),
            "score_name": "speed-up",
            "unit": "×",
            "baseline": 1.0,
            "best_known": 3.1,
        }
        self.facts = ev.SessionCreated(**{**settings, **facts})  # type: ignore[arg-type]
        self.add(self.facts)

    def add(self, event: AnyEvent, after: float = 0.0) -> Record:
        self.elapsed += after
        record = Record(len(self.records) + 1, START + self.elapsed, self.elapsed, event)
        self.records.append(record)
        return record

    def blob(self, text: str) -> str:
        digest = digest_of(text.encode())
        self.blobs[digest] = text.encode()
        return digest

    def open(self, tier: str = "namespaces") -> Record:
        isolation = "bubblewrap 0.11.0 · namespaces · cpu, memory, pids enforced · net off"
        if tier == "none":
            isolation = "plain processes · no limits enforced"
        return self.add(ev.EngineOpened(42, "host", "0", isolation, tier))

    def initial(
        self, text: str | Mapping[str, str] = "def kernel():\n    return 1\n", reward: float = 1.0
    ) -> None:
        self.propose(None, 0, (), text)
        self.verdict(None, reward)

    def lineage(self, number: int, origin: int = 1, forked: int | None = None) -> Record:
        return self.add(
            ev.LineageCreated(number, "greedy", "mutation", number, origin, forked_from=forked)
        )

    def move(self, lineage: int, step: int, parent: int = 1, usd: float = 0.02) -> Record:
        reserved = Spend(proposals=1, usd=usd)
        return self.add(
            ev.MoveChosen(lineage, step, len(self.records), "refine", (parent,), reserved=reserved)
        )

    def propose(
        self,
        lineage: int | None,
        step: int,
        parents: tuple[int, ...],
        text: str | Mapping[str, str],
        note: str = "",
        **more: object,
    ) -> int:
        """A candidate with one file, or with those of a mapping."""
        self.candidate += 1
        texts = {FILE: text} if isinstance(text, str) else text
        files = {path: self.blob(words) for path, words in texts.items()}
        self.add(
            ev.ProposalMade(
                self.candidate,
                lineage,
                step,
                digest_of_files(files),
                files,
                parents,
                "initial" if lineage is None else "refine",
                "task" if lineage is None else "mutation",
                note,
                spend=Spend() if lineage is None else Spend(proposals=1, usd=0.01),
                **more,  # type: ignore[arg-type]
            ),
            after=1.5,
        )
        return self.candidate

    def verdict(
        self,
        lineage: int | None,
        reward: float | None,
        outcome: Outcome = Outcome.SCORED,
        message: str = "scored",
        candidate: int | None = None,
        **more: object,
    ) -> Record:
        score = None if reward is None else self.facts.direction.score(reward)
        verdict = Verdict(outcome, message, score, reward, seconds=3.2, **more)  # type: ignore[arg-type]
        return self.add(ev.VerdictReached(candidate or self.candidate, lineage, verdict), after=2.5)

    def step(
        self,
        lineage: int,
        step: int,
        parent: int,
        reward: float | None,
        text: str | Mapping[str, str],
    ) -> int:
        """A whole step: move, proposal, verdict; None as reward is a time-out."""
        self.move(lineage, step, parent)
        number = self.propose(lineage, step, (parent,), text, note=f"unroll by {step}")
        if reward is None:
            self.verdict(lineage, None, Outcome.TIMEOUT, "ran past 10 s")
        else:
            self.verdict(lineage, reward, metrics={"median_ms": 1.184, "tests": 40.0})
        return number


def kernel(step: int) -> str:
    """Source text that differs from step to step."""
    body = [f"    total += a[{i}] * b[{i + step % 3}]" for i in range(12)]
    body.insert(4, f"    tile = {2 ** (step % 6)}  # step {step}")
    return "\n".join(["def kernel(a, b):", "    total = 0.0", *body, "    return total", ""])


def demo(steps: int = 30, lineages: int = 4, **facts: object) -> Journal:
    """A session in the middle of its work: steps, failures, a hint, a pause, a stop."""
    journal = Journal(**facts)
    journal.open()
    journal.initial(kernel(0))
    rng = random.Random(7)
    for number in range(1, lineages + 1):
        journal.lineage(number)
    share = Limits(evaluations=400 // lineages, usd=5.0 / lineages)
    journal.add(ev.SharesAllotted(dict.fromkeys(range(1, lineages + 1), share), "uniform"))
    best = dict.fromkeys(range(1, lineages + 1), (1, 1.0))
    for step in range(1, steps + 1):
        for number in range(1, lineages + 1):
            if step == 20 and number == 2:
                journal.add(ev.HintQueued(1, "prefer [b]8-wide[/b] unroll", (2,), author="me"))
                journal.add(ev.HintTaken(1, 2, 20))
            parent, reward = best[number]
            gain = rng.random() * 0.12 * (number + 1) / 3 - 0.04
            failed = rng.random() < 0.12
            score = None if failed else round(reward + gain, 4)
            born = journal.step(number, step, parent, score, kernel(step * number))
            if score is not None and score > reward:
                best[number] = (born, score)
    return journal


class ScriptedFeed:
    """Replays a journal's records, then hands out what a test pushes."""

    def __init__(self, journal: Journal, live: bool = True, blobs: bool = True) -> None:
        self.session = Session(journal.records)
        self.journal = journal
        self.live = live
        self._blobs = journal.blobs if blobs else {}
        self._queue: asyncio.Queue[Update | ConnectionError | None] = asyncio.Queue()

    def push(self, *updates: Update) -> None:
        for update in updates:
            self._queue.put_nowait(update)

    def close(self) -> None:
        self._queue.put_nowait(None)

    def break_off(self) -> None:
        self._queue.put_nowait(ConnectionError("gone"))

    async def delivered(self) -> None:
        """Wait until everything pushed has been taken in."""
        await self._queue.join()

    async def updates(self) -> AsyncIterator[Update]:
        while True:
            update = await self._queue.get()
            if update is None or isinstance(update, ConnectionError):
                self._queue.task_done()
                if isinstance(update, ConnectionError):
                    raise update
                return
            if isinstance(update, Record):
                self.session.apply(update)
            try:
                yield update
            finally:
                self._queue.task_done()

    async def blob(self, digest: str) -> bytes:
        return self._blobs[digest]


class RecordingControl:
    """Keeps every command; answers with what the test has set."""

    def __init__(self) -> None:
        self.sent: list[AnyCommand] = []
        self.reply = Reply(True, "done")
        self.gone = False

    async def send(self, command: AnyCommand) -> Reply:
        if self.gone:
            raise ConnectionError("no engine")
        self.sent.append(command)
        return self.reply


class ScriptedSession:
    """What an opener hands out."""

    def __init__(self, feed: ScriptedFeed, control: RecordingControl | None) -> None:
        self.feed = feed
        self.control = control
        self.path = "/sessions/matmul tile"
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class ScriptedOpener:
    """A fixed list of sessions and tasks; remembers what was opened and started."""

    def __init__(self, rows: Iterable[SessionRow] = (), session: ScriptedSession | None = None):
        self.rows = list(rows)
        self.session = session
        self.opened: list[tuple[str, OpenMode]] = []
        self.seen: Glance | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.started: list[dict[str, str]] = []
        self.deleted: list[str] = []
        self.recovered: list[str] = []
        self.refuses = ""
        """Why nothing can be deleted or recovered; empty if it can."""

    async def sessions(self) -> list[SessionRow]:
        return self.rows

    async def glance(self, path: str) -> Glance | None:
        return self.seen

    async def open(self, path: str, mode: OpenMode) -> ScriptedSession:
        await self.gate.wait()
        self.opened.append((path, mode))
        if self.session is None:
            raise OpenFailed(f"{path}: another engine holds [it]; end that one first")
        return self.session

    async def delete(self, path: str) -> None:
        if self.refuses:
            raise OpenFailed(self.refuses)
        self.deleted.append(path)
        self.rows = [row for row in self.rows if row.path != path]

    async def recover(self, path: str) -> str:
        if self.refuses:
            raise OpenFailed(self.refuses)
        self.recovered.append(path)
        return "/s/recovered"

    def tasks(self) -> list[TaskRow]:
        packing = "26 circles in a square"
        known = {"baseline": "2.1", "best_known": "2.6358", "category": "geometry"}
        return [
            TaskRow("circle-packing", packing, "/tasks/circle-packing", **known),
            TaskRow("heilbronn", "11 points in a [b]triangle[/b]", "/tasks/heilbronn"),
            TaskRow("ajar", "", "/tasks/ajar", problem="task.toml: no [task]"),
        ]

    def fields(self) -> list[Field]:
        return [
            Field("task", "", "what is searched", known=("circle-packing", "heilbronn")),
            Field("lineages", "search", "searches side by side", "4"),
            Field("strategy", "search", "how it moves", "greedy", ("greedy", "islands")),
            Field("budget.usd", "search", "dollars for model calls", "the task's own"),
            Field("model", "models", "who is asked"),
            Field(
                "command-network",
                "a command of yours",
                "leave the network on",
                "off",
                ("off", "on"),
            ),
            Field("sandbox", "this run", "what isolates", "auto", ("auto", "process")),
        ]

    def check(self, name: str, text: str) -> str:
        if name in ("lineages", "budget.usd") and not text.isdigit():
            return f"{text!r} is [no] number"
        return ""

    async def preview(self, words: Words) -> Preview:
        line = " ".join(f"--{name} {text}" for name, text in words.items())
        if words.get("model") == "anthropic:dear":
            return Preview(line, problem="anthropic:dear needs a [key]")
        return Preview(
            line, (("isolation", "bubblewrap · [namespaces]"), ("verifier", "verify.py"))
        )

    async def start(self, words: Words) -> ScriptedSession:
        self.started.append(dict(words))
        if self.session is None:
            raise OpenFailed("no engine could be started")
        return self.session


def live(lineage: int, phase: str, step: int = 1, text: str = "", since: float = 0.0) -> Live:
    return Live(lineage, phase, step, None, since, text)
