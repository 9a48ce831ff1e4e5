"""A home in which commands run and are killed; command_killer.py does both."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.integration.command_killer import Killed, Killing

MOST_RUNS_A_KILL = 4
NEVER = 10**9


@dataclass
class Killer:
    """Runs commands in one home, kills them, and records what they had reported."""

    home: Path
    process: "subprocess.Popen[str]"
    moments: random.Random
    hits: int = 0
    runs: int = 0
    starts_s: list[float] = field(default_factory=list)

    def run(self, arguments: Sequence[str], *, steps: int, after_s: float) -> Killed:
        """Run and kill after a random number of steps, up to `steps`, and some time."""
        moment = (self.moments.randint(1, steps), self.moments.uniform(0.0, after_s))
        killed = self._ask(Killing(list(arguments), *moment))
        self.runs += 1
        self.hits += killed.exit_code is None and killed.progress is not None
        if killed.first_progress_s is not None:
            self.starts_s.append(killed.first_progress_s)
        return killed

    def complete(self, *arguments: str) -> None:
        """Run to the end, without a kill."""
        assert self._ask(Killing(list(arguments), NEVER, 0.0)).exit_code == 0

    def _ask(self, killing: Killing) -> Killed:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(killing)) + "\n")
        self.process.stdin.flush()
        killed = Killed(**json.loads(self.process.stdout.readline()))
        assert killed.exit_code in (None, 0), killed.output
        return killed

    def until(self, kills: int) -> Iterator[int]:
        """Rounds until that many kills hit a working command, with a limit on the runs."""
        while self.hits < kills and self.runs < MOST_RUNS_A_KILL * kills + 10:
            yield self.runs
        slowest = max(self.starts_s, default=0.0)
        print(f"{self.hits} kills hit work in {self.runs} runs; slowest start {slowest:.2f} s")
        assert self.hits == kills

    @property
    def state(self) -> Path:
        return self.home / "state.db"

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.state)) as raw:
            return raw.execute(query).fetchall()


def environment(home: Path) -> dict[str, str]:
    own = {"MODCONSOLE_HOME": str(home), "MODCONSOLE_BACKEND": "fake"}
    return {**os.environ, **own, "TQDM_MININTERVAL": "0", "TQDM_MINITERS": "1"}


@contextmanager
def started_killer(home: Path) -> Iterator[Killer]:
    """A killer with random moments; it prints their seed, which is shown when the test fails."""
    seed = random.randrange(10**6)
    print("seed", seed)
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("command_killer.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Killer(home, process, random.Random(seed))
        assert process.stdin is not None
        process.stdin.close()


def finish(killer: Killer, *arguments: str) -> str:
    """Runs the command as a new process to its end, and prints the time it took."""
    begin_s = time.monotonic()
    command = [sys.executable, "-m", "core.cli", *arguments]
    ended = subprocess.run(
        command, env=environment(killer.home), capture_output=True, text=True, check=False
    )
    print(f"{arguments[0]} to its end in {time.monotonic() - begin_s:.2f} s")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
