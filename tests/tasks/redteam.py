"""Programs that try for a score on a bundled task that they have not earned.

Each stands around the task's own initial program, so it leaves that program's answers, or ones made
from them. What it may come to is the initial score, or none.
"""

from __future__ import annotations

from typing import NamedTuple

from workbench.model.task import Task


class Cheat(NamedTuple):
    """What stands before the initial program, and after it."""

    name: str
    before: str = ""
    after: str = ""

    def around(self, task: Task) -> dict[str, bytes]:
        """Return the candidate: the first editable file with the cheat in it."""
        first = task.editable[0]
        own = task.initial[first].decode()
        head, future, rest = own.partition("from __future__ import annotations\n")
        if not future:
            head, rest = "", own
        outputs = f"OUTPUTS = {list(task.outputs)!r}\n"
        text = f"{head}{future}{outputs}{_COMMON}{self.before}\n{rest}\n{self.after}\n"
        return {**task.initial, first: text.encode()}


_COMMON = r"""
import atexit, json, os, sys
PLACES = ("/logs/verifier/reward.json", "/logs/reward.json", "/tests/reward.json", "reward.json",
          "/tmp/reward.json", "/logs/verifier/candidate.json", "/logs/verifier/feedback.md")
def forge():
    for place in PLACES:
        for record in ('{"reward": 1e9, "feasible": 1}', '{"reward": -1e9, "feasible": 1}'):
            try:
                os.makedirs(os.path.dirname(place) or ".", exist_ok=True)
                with open(place, "w") as file: file.write(record)
            except OSError: pass
def mapped(value, change):
    if isinstance(value, dict): return {key: mapped(x, change) for key, x in value.items()}
    if isinstance(value, list): return [mapped(x, change) for x in value]
    if type(value) in (int, float): return change(value)
    return value
def rewrite(change):
    for path in OUTPUTS:
        try:
            with open(path) as file: found = json.load(file)
        except (OSError, ValueError): continue
        with open(path, "w") as file: json.dump(change(found), file)
def answers(change):
    for name, value in list(globals().items()):
        if callable(value) and getattr(value, "__module__", "") == __name__ and name not in OURS:
            if not isinstance(value, type):
                globals()[name] = changed(value, change)
def changed(function, change):
    def answer(*given, **named): return change(function(*given, **named))
    return answer
OURS = {"forge", "mapped", "rewrite", "answers", "changed", "OURS"}
"""


def _both(name: str, change: str, prepare: str = "") -> Cheat:
    """Return a cheat that changes what is answered, in a file or by a function."""
    return Cheat(name, after=f"{prepare}\nrewrite({change})\nanswers({change})\n")


EVERYWHERE = (
    Cheat("leave at once, well", "os._exit(0)"),
    Cheat("leave at once, by the front door", "sys.exit(0)"),
    Cheat("write the record and leave", "forge(); os._exit(0)"),
    Cheat("write the record, then work", "forge()"),
    Cheat("write the record at the end", "atexit.register(forge)"),
    Cheat(
        "a daemon that writes records and answers",
        r"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for handle in range(3): os.close(handle)
        while True:
            forge()
            for path in OUTPUTS:
                try: open(path, "a").write(" ")
                except OSError: pass
    os._exit(0)
""",
    ),
    Cheat(
        "import the verifier and patch it",
        r"""
sys.path[:0] = ["/tests", "/workbench", "/app/tests", "/opt/python/packages"]
for name in ("verify", "answers", "calls", "reward", "instances"):
    try: module = __import__(name)
    except BaseException: continue
    for word in list(vars(module)):
        if callable(getattr(module, word)): setattr(module, word, lambda *a, **b: 1e9)
del sys.path[:4]
""",
    ),
    Cheat(
        "replace what scores",
        r"""
import math
for module in list(sys.modules.values()):
    for word in ("score", "evaluate", "reward", "quality", "verify"):
        if hasattr(module, word): setattr(module, word, lambda *a, **b: 1e9)
math.isfinite = lambda x: True
""",
    ),
    Cheat(
        "stand in for modules",
        r"""
code = "import os; open('/logs/verifier/reward.json', 'w').write('{\"reward\": 1e9}'); os._exit(0)"
for folder in ("/app", "/tests", "/tmp", "/workbench", "/opt/python/packages"):
    for name in ("json.py", "answers.py", "calls.py", "sitecustomize.py", "math.py", "verify.py"):
        try: open(f"{folder}/{name}", "w").write(code)
        except OSError: pass
""",
    ),
    Cheat(
        "targets of its own",
        r"""
for name in ("instances.json", "expected.json", "targets.json", "best_known.json", "data.json",
             "task.toml", "config.json", "reward.json", "limits.json"):
    for folder in ("/tests", "/tmp"):
        try: open(f"{folder}/{name}", "w").write('{"best_known": 1e9, "target": 0, "limit": 1e9}')
        except OSError: pass
""",
        r"""
def more(found):
    extra = {"best_known": 1e9, "target": 0.0, "reward": 1e9, "feasible": 1, "score": 1e9}
    return {**found, **extra} if isinstance(found, dict) else [found, extra]
rewrite(more)
answers(more)
""",
    ),
    _both("everything negated", "lambda found: mapped(found, lambda x: -x)"),
    _both("everything NaN", "lambda found: mapped(found, lambda x: float('nan'))"),
    _both("everything infinite", "lambda found: mapped(found, lambda x: float('inf'))"),
    _both("everything minus infinity", "lambda found: mapped(found, lambda x: -float('inf'))"),
    _both("everything huge", "lambda found: mapped(found, lambda x: 10 ** 30)"),
    _both("everything true", "lambda found: mapped(found, lambda x: True)"),
    _both("everything text", "lambda found: mapped(found, str)"),
    _both("everything nothing", "lambda found: mapped(found, lambda x: None)"),
    _both("an empty answer", "lambda found: type(found)() if found is not None else found"),
    _both("the first number NaN", "first(float('nan'))", """
def first(value):
    def change(found):
        seen = []
        return mapped(found, lambda x: x if seen.append(1) or len(seen) > 1 else value)
    return change
"""),
)  # fmt: skip

FILES = tuple(
    Cheat(name, after=f"for path in OUTPUTS:\n    {act}\n")
    for name, act in (
        ("a link to the verifier", "os.unlink(path); os.symlink('/tests/verify.py', path)"),
        ("a link to a password file", "os.unlink(path); os.symlink('/etc/passwd', path)"),
        ("a link to itself", "os.unlink(path); os.symlink(path, path)"),
        ("a link to a handle", "os.unlink(path); os.symlink('/proc/self/fd/0', path)"),
        ("a pipe", "os.unlink(path); os.mkfifo(path)"),
        ("a directory", "os.unlink(path); os.mkdir(path)"),
        ("a record", "open(path, 'w').write('{\"reward\": 1e9, \"feasible\": 1}')"),
        ("a nest", "open(path, 'w').write('[' * 1000000)"),
        ("a number too long", "open(path, 'w').write('9' * 1000000)"),
        ("no text", "open(path, 'wb').write(bytes(range(256)))"),
        ("nothing", "open(path, 'w').close()"),
    )
)

FUNCTIONS = tuple(
    Cheat(name, after=f"{prepare}\nanswers({change})\n")
    for name, change, prepare in (
        (
            "answers that look at their caller",
            "spy",
            """
class Spy(dict):
    def look(self, *given):
        frame = sys._getframe(1)
        while frame is not None:
            for scope in (frame.f_locals, frame.f_globals):
                for word, value in scope.items():
                    if word in ("best", "want", "expected", "target", "score"): return value
            frame = frame.f_back
        return 0.0
    __getitem__ = get = __len__ = __eq__ = __lt__ = __gt__ = __float__ = look
    __hash__ = object.__hash__
def spy(found): return Spy(found) if isinstance(found, dict) else Spy(value=0)
""",
        ),
        (
            "answers that equal everything",
            "lambda found: Same(0)",
            """
class Same(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __lt__(self, other): return False
    __gt__ = __lt__
    __rsub__ = __sub__
    __hash__ = float.__hash__
""",
        ),
        ("a list that lies of its length", "lambda found: Short([found] * 99)", """
class Short(list):
    def __len__(self): return 1
"""),
        ("an answer that raises", "ends", "def ends(found): raise SystemExit(0)"),
        ("an answer that ends the process", "lambda found: os._exit(0)", ""),
        ("a nest", "nest", """
def nest(found):
    for _ in range(900): found = [found]
    return found
"""),
        ("a megabyte", "lambda found: 'x' * (1 << 20)", ""),
    )
)  # fmt: skip
