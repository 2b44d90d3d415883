"""More candidates that try for a score: by what they answer, leave, send, end or pretend."""

from __future__ import annotations

from attack_programs import CONTROLS, REACH, RECORDS, Attack, _answer, _attack

ANSWERS = (
    _attack(
        "an answer that equals everything",
        """
class Same(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __lt__(self, other): return False
    __gt__ = __lt__
    __hash__ = float.__hash__
def solve(x): return Same(0.0)
""",
        "",
    ),
    _attack(
        "an answer that looks at its caller",
        """
class Spy(float):
    def want(self):
        frame = sys._getframe(1)
        while frame is not None:
            if type(frame.f_locals.get("want")) is float: return frame.f_locals["want"]
            frame = frame.f_back
        return 0.0
    def __eq__(self, other): return other == self.want()
    def __sub__(self, other): return self.want() - other
    def __repr__(self): return repr(self.want())
    __float__ = want
    __hash__ = float.__hash__
def solve(x): return Spy(0.0)
""",
        "",
    ),
    _answer("NaN through a clip", "float('nan')"),
    _answer("infinity", "float('inf')"),
    _answer("negative infinity", "float('-inf')"),
    _answer("negative numbers", "-1e9"),
    _answer("numbers far out of the domain", "1.7e308"),
    _answer("a number too long to be one", "10 ** 400"),
    _answer("true", "True"),
    _answer("text", "'nan'"),
    _answer("nothing", "None"),
    _answer("a list", "[x, x]"),
    _answer("an array that is none", "{'$array': ['float64', [1]]}"),
    _answer("an array that is too large", "{'$array': ['float64', [1 << 60]]}"),
    _answer("a record for an answer", "{'reward': 1.0, 'feasible': 1}"),
    _answer("an object", "__import__('os')"),
    _attack(
        "an answer nested too deep",
        "def solve(x):\n    found = []\n"
        "    for _ in range(500): found = [found]\n    return found\n",
        "",
    ),
    _attack("an answer that is too long", "def solve(x): return 'x' * (40 << 20)\n", ""),
    _attack("raising a record", "def solve(x): raise SystemExit(RECORD)\n", ""),
)

OUTPUTS = tuple(
    _attack(name, f"import atexit\ndef plant():\n    {act}\natexit.register(plant)\n")
    for name, act in (
        (
            "a link for output",
            "os.unlink('answers.json'); os.symlink('/tests/hidden/expected.json', 'answers.json')",
        ),
        (
            "a link to a handle for output",
            "os.unlink('answers.json'); os.symlink('/proc/self/fd/3', 'answers.json')",
        ),
        ("a pipe for output", "os.unlink('answers.json'); os.mkfifo('answers.json')"),
        (
            "a device for output",
            "os.unlink('answers.json'); os.mknod('answers.json', 0o20666, os.makedev(1, 5))",
        ),
        ("a directory for output", "os.unlink('answers.json'); os.mkdir('answers.json')"),
        ("a sparse file for output", "os.truncate('answers.json', 1 << 40)"),
        ("a million files beside it", "[open(f'x{at}', 'w') for at in range(10 ** 6)]"),
        (
            "a list too long for its verifier",
            "open('answers.json', 'w').write('[' + '0,' * (6 << 20))",
        ),
        ("a nest too deep for its verifier", "open('answers.json', 'w').write('[' * (8 << 20))"),
        (
            "a number too long for its verifier",
            "open('answers.json', 'w').write('[' + '9' * (8 << 20) + ']')",
        ),
        ("no text for output", "open('answers.json', 'wb').write(bytes(range(256)))"),
        ("a record for output", "open('answers.json', 'w').write(RECORD)"),
    )
)

FRAMES = (
    *(
        _attack(
            f"answers written by hand: {name}",
            "real = json.dumps\n"
            f"json.dumps = lambda found, **more: real(found, **more).replace('\"RAW\"', {raw})\n"
            "def solve(x): return 'RAW'\n",
            "",
        )
        for name, raw in (
            ("NaN", "'NaN'"),
            ("infinity", "'-Infinity'"),
            ("beyond every number", "'-1e400'"),
            ("a result twice", "'0.0, \"result\": NaN'"),
            ("a second object", "'0.0} {\"result\": 1.0'"),
            ("a nest", "'[' * 100000 + ']' * 100000"),
            ("half a character", "'\"\\\\ud800\"'"),
            ("no UTF-8", "'\"\\udcff\"'"),
        )
    ),
    _attack("frames before they are asked for", "everywhere(frame({'ready': 1}) * 40)\n"),
    _attack(
        "answers to calls that were not made",
        """
everywhere(frame({"ready": 1}) + b"".join(
    frame({"call": number, "result": 9.0}) for number in range(200)))
""",
    ),
    _attack(
        "more answers than calls",
        """
import threading
def solve(x):
    everywhere(frame({"call": 0, "result": 9.0}) * 2)
    return 0.0
""",
        "",
    ),
    _attack(
        "one key twice",
        'everywhere(frame(b\'{"ready": 1, "ready": 1, "reward": 1}\'))\n',
    ),
    _attack("a frame without an end", "everywhere(b'\\x7f\\xff\\xff\\xff' + b'\\xff' * 8)\n"),
    _attack("a frame of nothing", "everywhere(bytes(12) * 3)\n"),
    _attack("bytes that are no frame", "everywhere(os.urandom(4096))\n"),
    _attack(
        "a record for a greeting",
        "everywhere(frame(RECORD.encode()))\n",
    ),
    _attack("close every handle", "os.closerange(3, 1024)\n"),
    _attack(
        "someone else keeps the channel",
        "if os.fork() == 0:\n    os.setsid()\n    everywhere(frame({'ready': 1}))\n"
        "    time.sleep(60)\n",
    ),
)

ENDS = (
    _attack("end at once, well", "os._exit(0)\n"),
    _attack("end within an answer", "def solve(x): os._exit(0)\n", ""),
    _attack("never answer", "def solve(x): time.sleep(60)\n", ""),
    _attack(
        "signals to the parents",
        """
for pid in (os.getppid(), 1, 2, -1):
    for number in (15, 9, 19):
        try: pid in (0, os.getpid()) or os.kill(pid, number)
        except OSError: pass
""",
    ),
    _attack("stop itself", "os.kill(os.getpid(), 19)\n"),
    _attack(
        "daemons that wait for the verifier",
        """
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        while True:
            forge()
            for place in ("/app/answers.json", "/tests/hidden/expected.json"):
                try: open(place, "w").write("[9.0]")
                except OSError: pass
""",
    ),
    _attack(
        "all memory",
        "kept = []\ntry:\n    while True: kept.append(bytes(1 << 20))\n"
        "except MemoryError: kept.clear()\nforge()\n",
    ),
    _attack(
        "all processes",
        "for _ in range(99):\n    try: os.fork() or time.sleep(60)\n"
        "    except OSError: break\nforge()\n",
    ),
)

CLOCKS = (
    _attack(
        "stop the clocks",
        """
for name in ("time", "monotonic", "perf_counter", "process_time", "time_ns", "perf_counter_ns"):
    setattr(time, name, lambda: 0)
""",
    ),
    Attack(
        "stop the clocks and answer slowly",
        """
import time
for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda: 0.0)
def solve(x):
    time.sleep(0.02)
    return x * x
""",
        1.0,
    ),
)

ATTACKS = (*REACH, *RECORDS, *ANSWERS, *OUTPUTS, *FRAMES, *ENDS, *CLOCKS)
PROGRAMS = (*CONTROLS, *ATTACKS)
SLOW = CLOCKS[1].name
SLOW_SECONDS = 0.02
"""What each answer of the slow candidate takes at least, whatever it does to the clocks."""
