"""Harbor tasks that say nothing of the workbench: a script does the work, in the task's container.

Harbor lets an agent act in a container and then runs tests on what it finds there. Here a candidate
is the script of such an agent: it starts in a fresh container each time, as the reference solution
of such a task does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from workbench.formats import modes, paths
from workbench.formats.table import Table
from workbench.model.task import Image, Resources, Task
from workbench.model.verdict import Direction

APP = "/app"
ARTIFACTS = "/logs/artifacts"
DOCKERFILE = modes.ENVIRONMENT + modes.DOCKERFILE
SCRIPT = "solve.sh"
INITIAL = b"""\
#!/bin/bash
# Runs in a fresh container of the task, in its working directory; what it leaves there is tested.
"""
AGENT_SECONDS, VERIFIER_SECONDS = 600.0, 600.0
"""Where a task names none."""
MEMORY_MB, STORAGE_MB = 2048, 1024
_CANARY = re.compile(r"<!--.*canary.*-->|#.*canary.*", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{|\$[A-Za-z_]")
_DOWNLOADS = re.compile(
    r"\b(curl|wget|uvx|apt-get|apt|git clone|uv (run|pip|sync)|(pip3?|npm|conda) i(nstall)?)\b"
)
_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys",
           "/tests", "/tmp", "/usr", "/var", "/run")  # fmt: skip


def parse(bundle: Mapping[str, bytes], root: Table, name: str, instruction: str) -> Task:
    """Return the task of a directory whose ``task.toml`` is `root`; problems go to its report."""
    environment, verifier = root.table("environment"), root.table("verifier")
    _refuse(bundle, root)
    workdir = _workdir(bundle, environment)
    own = _verifier_image(bundle, verifier)
    separate = verifier.values.get("environment_mode") == "separate" or "environment" in (
        verifier.values
    )
    command = [f"{key}={value}" for key, value in _variables(verifier, "env").items()]
    metadata = root.table("metadata")
    return Task(
        name=name,
        title=metadata.text("title", "") or name,
        instruction=_without_canary(instruction) + _told(workdir),
        files={SCRIPT: INITIAL},
        editable=(SCRIPT,),
        run=(),
        outputs=(),
        # An image with tests of its own has built them: nothing is laid over those.
        verifier={} if own else _tests(bundle, root),
        verify=(*(["env", *command] if command else []), "bash", f"/tests/{modes.SCRIPT}"),
        direction=Direction.MAXIMIZE,
        score_name="reward",
        category=metadata.text("category", ""),
        verification="shared",
        image=_image(bundle, environment, workdir),
        verifier_image=own,
        handed=_artifacts(root, workdir) if separate else (workdir, ARTIFACTS),
        env=_variables(environment, "env"),
        resources=_resources(root),
        bundle=dict(bundle),
    )


def _refuse(bundle: Mapping[str, bytes], root: Table) -> None:
    """Name what these tasks may have and cannot have here."""
    environment, verifier = root.table("environment"), root.table("verifier")
    for table, key, why in (
        (root, "steps", "only tasks of one step run here"),
        (environment, "gpus", "candidates have no GPU here"),
        (environment, "tpu", "candidates have no TPU here"),
        (environment, "mcp_servers", "no servers run beside a candidate here"),
        (environment, "healthcheck", "no services run beside a candidate here"),
        (verifier, "collect", "nothing is collected from services here"),
    ):
        if table.values.get(key):
            table.problem(key, "is not supported", why)
    if str(environment.values.get("os", "linux")).lower() != "linux":
        environment.problem("os", "is not supported", "only Linux containers run here")
    for folder in (modes.ENVIRONMENT, modes.TESTS):
        for name in ("docker-compose.yaml", "docker-compose.yml", "singularity-compose.yaml"):
            if folder + name in bundle:
                mend = "a task is one container here: write a Dockerfile"
                root.report.problem("", "is not supported", mend, file=folder + name)


def _image(bundle: Mapping[str, bytes], environment: Table, workdir: str) -> Image:
    if "docker_image" in environment.values:
        return Image(modes.image_name(environment), workdir=workdir)
    return Image(context=modes.below(bundle, modes.ENVIRONMENT), workdir=workdir)


def _verifier_image(bundle: Mapping[str, bytes], verifier: Table) -> Image | None:
    name = modes.image_name(verifier.table("environment"))
    if name:
        return Image(name)
    context = modes.below(bundle, modes.TESTS)
    return Image(context=context) if modes.DOCKERFILE in context else None


def _tests(bundle: Mapping[str, bytes], root: Table) -> dict[str, bytes]:
    found = modes.below(bundle, modes.TESTS)
    if modes.SCRIPT not in found:
        mend = "write there what tests a candidate and leaves a reward"
        root.report.problem("", "is missing", mend, file=modes.TESTS + modes.SCRIPT)
    for number, line in enumerate(found.get(modes.SCRIPT, b"").splitlines(), 1):
        if _DOWNLOADS.search(line.partition(b"#")[0].decode(errors="replace")):
            where = f"{modes.TESTS}{modes.SCRIPT}, line {number}"
            root.report.warn(where, "downloads, and there is no network here: have the image do it")
    return found


def _workdir(bundle: Mapping[str, bytes], environment: Table) -> str:
    """Return where programs start: what the task says, else the last line of the Dockerfile's."""
    found = APP
    for line in bundle.get(DOCKERFILE, b"").decode(errors="replace").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.upper() == "WORKDIR":
            found = str(PurePosixPath(found, rest.strip().strip("\"'")))
    told = environment.text("workdir", "") or found
    path = told.rstrip("/")
    wrong = "is no absolute path" if not path.startswith("/") else paths.fault(path[1:])
    if wrong is None and any(path == own or path.startswith(f"{own}/") for own in _SYSTEM[:-1]):
        wrong = "is the system's, which stays as it is"
    if wrong is not None:
        mend = "name a directory that candidates may change, like /app"
        environment.problem("workdir", f"{told!a} {wrong}", mend)
        return APP
    return path


def _artifacts(root: Table, workdir: str) -> tuple[str, ...]:
    """Return what a script leaves to the tests of a task that keeps them apart."""
    value = root.values.get("artifacts", [])
    found = [ARTIFACTS]
    for entry in value if isinstance(value, list) else [value]:
        source = entry.get("source") if isinstance(entry, dict) else entry
        path = source.rstrip("/") if isinstance(source, str) else ""
        below = any(path == top or path.startswith(f"{top}/") for top in (workdir, APP, ARTIFACTS))
        if not below or paths.fault(path[1:]) is not None:
            mend = f"name files below {workdir}; elsewhere a candidate leaves nothing"
            root.problem("artifacts", f"{source!a} cannot be handed over", mend)
        elif path not in found:
            found.append(path)
    return tuple(found)


def _variables(table: Table, key: str) -> dict[str, str]:
    """Return variables for the sandbox; none is filled in from this machine."""
    found = {}
    for name, value in table.table(key).values.items():
        if not isinstance(value, str) or _VARIABLE.search(value):
            mend = "write its value; nothing of this machine's environment goes into a sandbox"
            table.problem(f"{key}.{name}", "is filled in from outside", mend)
        else:
            found[name] = value
    return found


def _resources(root: Table) -> Resources:
    environment = root.table("environment")
    return Resources(
        candidate_seconds=root.table("agent").number("timeout_sec", AGENT_SECONDS, positive=True),
        verifier_seconds=root.table("verifier").number(
            "timeout_sec", VERIFIER_SECONDS, positive=True
        ),
        cpus=environment.number("cpus", 1.0, positive=True),
        memory_bytes=environment.integer("memory_mb", MEMORY_MB) << 20,
        disk_bytes=environment.integer("storage_mb", STORAGE_MB) << 20,
    )


def _without_canary(text: str) -> str:
    """Return an instruction without the marks that keep it out of training data."""
    lines = text.split("\n")
    while lines and (_CANARY.fullmatch(lines[0].strip()) or not lines[0].strip()):
        del lines[0]
    return "\n".join(lines)


def _told(workdir: str) -> str:
    return (
        f"\n\n---\n\nWrite `{SCRIPT}`: it runs in a fresh container of this task, in `{workdir}`, "
        f"without a network, and may change what is below `{workdir}` and `/tmp`. The tests then "
        "judge what it left. What it prints is shown afterwards, so it can also look around. "
        "**Maximise the reward.**\n"
    )
