"""More parts of hostile programs: processes, output, signals, exits, scans, clocks."""

from __future__ import annotations

from hostile_parts import CPU, DISK, MEMORY, Part, part

PROCESSES = (
    part("fork bomb", "pids timeout", "while True: fork()"),
    part("fork bomb that works", "pids timeout", "while True:\n    fork()\n    sum(range(999))"),
    part(
        "daemons",
        "exited pids",
        "for _ in range({few}):\n    if fork() == 0:\n        os.setsid()\n"
        "        if fork() == 0: time.sleep(60)\n        os._exit(0)",
    ),
    part(
        "daemon that prints",
        "exited output pids",
        "if fork() == 0:\n    os.setsid()\n    while True: os.write(1, b'still here\\n')",
    ),
    part(
        "daemon that forks on",
        "exited pids",
        "if fork() == 0:\n"
        "    while True:\n        attempt(os.setsid)\n        if fork(): os._exit(0)",
    ),
    part(
        "threads",
        "exited pids",
        "for _ in range({many}):\n"
        "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    ),
    part("zombies", "exited pids", "for _ in range({many}):\n    if fork() == 0: os._exit(0)"),
    part(
        "start itself again", "timeout exited", "os.execv('/proc/self/exe', ['python3', *sys.argv])"
    ),
    part(
        "other programs",
        "exited pids",
        "import subprocess\n"
        "for _ in range({few}): subprocess.Popen(['sleep', '60'], start_new_session=True)",
    ),
    part(
        "namespaces and tracing",
        "exited",
        "for call in ((272, 0x10000000), (272, 0x20000), (165, 0, 0, 0, 0, 0), \n"
        "             (101, 16, 1, 0, 0), (155, b'.', b'.'), (161, b'/app'),\n"
        "             (250, 0, 0), (321, 0, 0, 0)):\n"
        "    libc.syscall(*call)",
    ),
)

OUTPUT = (
    part("flood", "output", "while True: os.write(1, bytes(65536))"),
    part("flood of errors", "output", "while True: os.write(2, b'e' * {many})"),
    part(
        "flood on both", "output", "while True:\n    os.write(1, b'o' * 999)\n    os.write(2, b'e')"
    ),
    part("drip", "timeout output", "while True:\n    os.write(1, b'.')\n    time.sleep(0.001)"),
    part(
        "every byte",
        "exited output",
        "os.write(1, bytes(range(256)) * {few})\n"
        "os.write(2, b'\\x1b]0;title\\x07\\x1b[2J\\xff' * {few})",
    ),
    part("closed streams", "exited signalled", "os.close(1)\nos.close(2)\nprint('x', flush=True)"),
    part("last words", "output", "raise ValueError('x' * (1 << {some}))"),
)

SIGNALS = (
    part(
        "signals to the parents",
        "exited signalled",
        "for pid in {{os.getppid(), 1, 2, 3}} - {{0, os.getpid()}}:\n"
        "    for number in (15, 2, 1, 19, 9): attempt(os.kill, pid, number)",
    ),
    part("signal to all", "exited signalled", "os.kill(-1, {signal})"),
    part("signal to the group", "exited signalled", "os.killpg(0, {signal})"),
    part(
        "deaf",
        "timeout",
        "for number in range(1, 65): attempt(signal.signal, number, signal.SIG_IGN)\n"
        "time.sleep(60)",
    ),
    part("stopped", "exited", "os.kill(os.getpid(), signal.SIGSTOP)"),
    part(
        "stopped children",
        "exited pids",
        "for _ in range({few}):\n    if fork() == 0:\n"
        "        os.kill(os.getpid(), 19)\n        os._exit(0)",
    ),
    part("to itself", "exited signalled", "os.kill(os.getpid(), {signal})"),
    part(
        "storm",
        "exited signalled timeout",
        "signal.signal(signal.SIGALRM, lambda *_: None)\n"
        "signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)\nsum(range(10 ** 6))",
    ),
)

EXITS = (
    part("exit at once", "exited signalled", "os._exit({code})"),
    part("abort", "signalled", "os.abort()"),
    part("wild read", "signalled", "ctypes.string_at(8)"),
    part("wild jump", "signalled", "ctypes.CFUNCTYPE(None)(8)()"),
    part("floating point error", "signalled", "getattr(libc, 'raise')(8)"),
    part(
        "beyond the end of a file",
        "exited signalled disk",
        "file = open('short', 'w+b')\nfile.truncate(8192)\nm = mmap.mmap(file.fileno(), 8192)\n"
        "file.truncate(0)\nm[5000]",
    ),
    part(
        "recursion",
        "exited signalled oom",
        "sys.setrecursionlimit(10 ** 9)\ndef deeper(): return deeper()\ndeeper()",
    ),
    part("hang at exit", "timeout", "import atexit\natexit.register(time.sleep, 60)\nsys.exit(0)"),
    part(
        "collected late",
        "exited signalled",
        "class Late:\n    def __del__(self): os.abort()\nkept = Late()",
    ),
)

SCANS = (
    part(
        "processes",
        "exited output",
        "for pid in os.listdir('/proc'):\n"
        "    for name in ('environ', 'cmdline', 'maps', 'mem', 'fd', 'root', 'cwd', 'status'):\n"
        "        attempt(lambda: open(f'/proc/{{pid}}/{{name}}', 'rb').read(4096))\n"
        "        attempt(os.listdir, f'/proc/{{pid}}/{{name}}')",
    ),
    part(
        "write into every handle",
        "exited signalled",
        "for handle in range(3, 1024): attempt(os.write, handle, b'\\x00' * 64)",
    ),
    part("close every handle", "exited signalled", "os.closerange(0, 1024)"),
    part("keep every handle", "exited", "while True: os.dup(0)"),
    part(
        "kernel settings",
        "exited",
        "for place in ('/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/proc/self/mem',\n"
        "              '/proc/1/oom_score_adj', '/proc/self/oom_score_adj', '/sys/kernel/notes',\n"
        "              '/sys/fs/cgroup/cgroup.procs', '/dev/mem', '/dev/kmsg', '/dev/sda'):\n"
        "    attempt(lambda: open(place, 'r+b').write(b'1'))",
    ),
    part(
        "the network",
        "exited",
        "import socket\n"
        "for family in range(1, 46):\n"
        "    for kind in (1, 2, 3, 5): attempt(socket.socket, family, kind)\n"
        "attempt(lambda: socket.create_connection(('127.0.0.1', 22), 0.1))",
    ),
    part(
        "queues and keys",
        "exited",
        "for at in range({few}):\n"
        "    libc.msgget(at + 1, 0o1600)\n    libc.semget(at + 1, 9, 0o1600)\n"
        "    libc.mq_open(b'/q%d' % at, 66, 0o600, None)\n"
        "    libc.syscall(248, b'user', b'k%d' % at, b'x' * 64, 64, -4)",
    ),
    part(
        "watches and timers",
        "exited",
        "for _ in range(99):\n"
        "    libc.inotify_init()\n    libc.timerfd_create(1, 0)\n    libc.eventfd(0, 0)",
    ),
)

CLOCKS = (
    part(
        "other clocks",
        "exited",
        "time.time = time.monotonic = time.perf_counter = lambda: 0.0\n"
        "libc.clock_settime(0, ctypes.byref((ctypes.c_long * 2)(0, 0)))\n"
        "libc.settimeofday(ctypes.byref((ctypes.c_long * 2)(0, 0)), None)",
    ),
    part("no sleep", "exited", "time.sleep = lambda _: None\nos.sched_yield()"),
    part("priority", "exited", "attempt(os.nice, -20)\nattempt(os.sched_setaffinity, 0, {{0}})"),
)

THEMES: dict[str, tuple[Part, ...]] = {
    "processor": CPU,
    "memory": MEMORY,
    "disk": DISK,
    "processes": PROCESSES,
    "output": OUTPUT,
    "signals": SIGNALS,
    "exits": EXITS,
    "scans": SCANS,
    "clocks": CLOCKS,
}
