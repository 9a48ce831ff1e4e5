"""Runs `modconsole` commands, each on a separate terminal, and kills them while they work.

`python command_killer.py` reads one JSON object per line and writes one per line. Each command
runs in a fork of this process, which has imported everything: starting a new interpreter would
take longer than the work that is to be killed.
"""

import importlib
import json
import os
import pty
import re
import select
import signal
import sys
import termios
import time
import traceback
from dataclasses import asdict, dataclass

# As tqdm draws it: `400 rows [`, `100 comments [` or `16/3000 [`.
PROGRESS = re.compile(rb"(\d+)(?:/\d+| rows| comments) \[")
IMPORTED = (
    "core.batch.score_file",
    "core.bootstrap.services",
    "core.inference.fake",
    "core.inference.cache",
    "core.servinglog.writer",
    "core.sources.files.source",
    "core.store.sql",
    "pyarrow.parquet",
    "alembic.command",
)


@dataclass(frozen=True)
class Killing:
    """What to run, and when to kill it: `after_s` seconds after `steps` updates of its progress
    bar."""

    arguments: list[str]
    steps: int
    after_s: float


@dataclass(frozen=True)
class Killed:
    """The outcome. `progress` is the last progress reported, None if there was none; `exit_code` is
    set if the process ended by itself."""

    progress: int | None
    exit_code: int | None
    first_progress_s: float | None
    output: str


def run(killing: Killing) -> Killed:
    begin_s = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        _become_command(killing.arguments)
    output, first_s, kill_at = b"", None, None
    while kill_at is None or time.monotonic() < kill_at:
        wait_s = 60.0 if kill_at is None else max(0.0, kill_at - time.monotonic())
        if not select.select([terminal], [], [], wait_s)[0]:
            break
        if not (read := _read(terminal)):
            break
        output += read
        steps = list(dict.fromkeys(each for each in PROGRESS.findall(output) if int(each)))
        if steps and first_s is None:
            first_s = time.monotonic() - begin_s
        if len(steps) >= killing.steps and kill_at is None:
            kill_at = time.monotonic() + killing.after_s
    os.kill(pid, signal.SIGKILL)
    while read := _read(terminal):
        output += read
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    reported = [int(each) for each in PROGRESS.findall(output) if int(each)]
    return Killed(
        progress=max(reported, default=None),
        exit_code=None if code == -signal.SIGKILL else code,
        first_progress_s=first_s,
        output=output.decode(errors="replace")[-2000:],
    )


def _become_command(arguments: list[str]) -> None:
    from core.cli.main import main

    # Of the terminal, as in a new process: those of before belong to what this process writes to.
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    termios.tcsetwinsize(2, (24, 100))  # tqdm draws nothing on a terminal without width
    code = 70
    try:
        code = main(arguments)
    except BaseException:  # noqa: BLE001 -- shown with the exit code, which alone tells nothing
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux tells that nobody is left on the other side
        return b""


def serve() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(run(Killing(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    serve()
